#!/usr/bin/python3
"""Reads and presses what a program shows to the platform's accessibility tree (AT-SPI).

usage: a11y.py [--timeout SECONDS] [--while PID] COMMAND

  tree                               prints all roles, names and states, in their order
  wait  NAME [--role R] [--count N]  until N or more are shown
  gone  NAME [--role R]              until none is shown
  focus NAME [--role R]              until the keyboard is in one
  press NAME [--role R]              waits for the first, presses it
  place NAME [--role R]              prints the middle of the first on the screen: "X Y", in pixels
  find  PATTERN [--count N]          prints each different match, a line each
  nameless                           fails, and prints what can be acted on and has no name
  heard PATTERN --press NAME         presses NAME, prints what a screen reader is told until it matches

NAME is a regular expression for the whole name; PATTERN is one for any part of a name or text.
Every command but `tree` waits for what it wants, and ends with 1 when that does not come in time,
or when the process that --while PID names has ended.
"""

import argparse
import os
import re
import sys
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402  (the version comes first)

POLL_SECONDS = 0.1
COMMANDS = ["tree", "wait", "gone", "focus", "press", "place", "find", "nameless", "heard"]


def children(node):
    for index in range(node.get_child_count()):
        child = node.get_child_at_index(index)
        if child is not None:
            yield child


def name_of(node):
    name = node.get_name() or ""
    if not name and "Text" in node.get_interfaces():
        name = Atspi.Text.get_text(node, 0, Atspi.Text.get_character_count(node))
    return name


def walk(node, depth=0):
    """All nodes below, as (node, depth, role, name); what vanishes meanwhile is left out."""
    try:
        yield node, depth, node.get_role_name(), name_of(node)
        for child in list(children(node)):
            yield from walk(child, depth + 1)
    except GLib.Error:
        return


def nodes():
    desktop = Atspi.get_desktop(0)
    desktop.clear_cache()
    for program in list(children(desktop)):
        yield from walk(program)


def matching(name, role):
    return [
        node
        for node, _, its_role, its_name in nodes()
        if re.fullmatch(name, its_name) and role in (None, its_role)
    ]


def lives(process):
    return process is None or os.path.exists(f"/proc/{process}")


def wait_until(look, a, failure):
    """The first true answer of `look`."""
    deadline = time.monotonic() + a.timeout
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline or not lives(a.process):
            sys.exit(f"{failure} " + (f"within {a.timeout:g} s" if lives(a.process) else "when the program ended"))
        time.sleep(POLL_SECONDS)


def press(name, role):
    for node in matching(name, role):
        if node.get_state_set().contains(Atspi.StateType.ENABLED):
            try:
                return node.do_action(0)
            except GLib.Error:
                return False  # it went away: look again
    return False


def has_focus(name, role):
    return any(node.get_state_set().contains(Atspi.StateType.FOCUSED) for node in matching(name, role))


def place(name, role):
    """The middle of the first on the screen; one that is not drawn has no extent."""
    for node in matching(name, role):
        at = Atspi.Component.get_extents(node, Atspi.CoordType.SCREEN)
        if at.width > 0 and at.height > 0:
            return at.x + at.width // 2, at.y + at.height // 2
    return None


# What everything has says nothing.
USUAL_STATES = {"enabled", "sensitive", "showing", "visible", "focusable", "selectable", "read-only"}


def states(node):
    """What is special about it, in words."""
    held = {state.value_nick for state in node.get_state_set().get_states()}
    said = sorted(held - USUAL_STATES)
    if "enabled" not in held:
        said.append("disabled")
    if "Value" in node.get_interfaces():
        said.append(f"value {Atspi.Value.get_current_value(node):g}")
    kept = node.get_attributes() or {}
    if "posinset" in kept:
        said.append(f"item {kept['posinset']} of {kept.get('setsize')}")
    if description := node.get_description():
        said.append(f"described: {description}")
    return f" ({', '.join(said)})" if said else ""


ACTED_ON = {
    *("push button", "button", "toggle button", "check box", "radio button", "link", "menu item"),
    *("entry", "text", "password text", "slider", "spin button", "combo box", "list item"),
}


def nameless():
    """What a person can act on and a screen reader can't name."""
    for node, _, role, name in nodes():
        acts = "Action" in node.get_interfaces() and node.get_n_actions() > 0
        if (acts or role in ACTED_ON) and role != "scroll bar" and not name.strip():
            yield f"{role} in {node.get_parent().get_name() or 'the window'}"


def heard(pattern, name, a):
    """Listens from before `name` is pressed."""
    told = []
    context = GLib.MainContext.default()
    listener = Atspi.EventListener.new(lambda event: told.append(str(event.any_data)))
    listener.register("object:announcement")
    begin = time.monotonic() + 0.5  # for the registry to say that somebody listens
    while time.monotonic() < begin:
        context.iteration(False)
        time.sleep(0.01)
    wait_until(lambda: press(name, a.role), a, f"/{name}/ could not be pressed")

    def look():
        while context.iteration(False):
            pass
        return any(re.search(pattern, text) for text in told)

    try:
        wait_until(look, a, f"/{pattern}/ was not told")
    finally:
        print("\n".join(told))


def different(pattern):
    """What matches in the tree, each once, in the tree's order."""
    return list(dict.fromkeys(m.group() for *_, name in nodes() for m in re.finditer(pattern, name)))


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--timeout", type=float, default=30)
    parser.add_argument("--while", dest="process", type=int, metavar="PID")
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("name", nargs="?", default="")
    parser.add_argument("--press", default="")
    parser.add_argument("--role")
    parser.add_argument("--count", type=int, default=1)
    a = parser.parse_args()
    if a.command == "tree":
        for node, depth, role, name in nodes():
            print("  " * depth + f"{role}: {name}{states(node)}")
    elif a.command == "wait":
        wait_until(
            lambda: len(matching(a.name, a.role)) >= a.count,
            a,
            f"/{a.name}/ was not shown {a.count} times",
        )
    elif a.command == "nameless":
        wait_until(lambda: len(list(nodes())) > 3, a, "no tree was shown")
        found = list(nameless())
        if found:
            sys.exit("without a name: " + ", ".join(found))
    elif a.command == "heard":
        heard(a.name, a.press, a)
    elif a.command == "gone":
        wait_until(lambda: not matching(a.name, a.role), a, f"/{a.name}/ did not go")
    elif a.command == "focus":
        wait_until(lambda: has_focus(a.name, a.role), a, f"/{a.name}/ did not get the keyboard")
    elif a.command == "press":
        wait_until(lambda: press(a.name, a.role), a, f"/{a.name}/ could not be pressed")
    elif a.command == "place":
        print(*wait_until(lambda: place(a.name, a.role), a, f"/{a.name}/ has no place"))
    else:
        found = wait_until(
            lambda: (d := different(a.name)) and len(d) >= a.count and d,
            a,
            f"/{a.name}/ was not found {a.count} times",
        )
        print("\n".join(found))


if __name__ == "__main__":
    main()
