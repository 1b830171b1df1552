#!/usr/bin/python3
"""Drops files on a window as a file manager does: an XDND source for X11.

usage: xdnd_drop.py [--timeout SECONDS] [--window TITLE] FILE...

The target is the one window that takes drops (whose title is TITLE, if given). Ends with 0 when
the target says that it took the drop, with 1 and a sentence when it does not in time.
"""

import argparse
import os
import select
import sys
import time
from urllib.parse import quote

from Xlib import X, Xatom, display, error
from Xlib.protocol import event

VERSION = 5


class Source:
    """One drag with its files."""

    def __init__(self, uris, deadline):
        self.display = display.Display()
        self.root = self.display.screen().root
        self.deadline = deadline
        self.data = uris.encode("ascii")
        self.window = self.root.create_window(0, 0, 1, 1, 0, X.CopyFromParent)
        self.window.set_wm_name("drag source")

    def atom(self, name):
        return self.display.intern_atom(name)

    def target(self, title):
        """The windows below the root that take drops."""
        found = []

        def walk(window):
            try:
                aware = window.get_full_property(self.atom("XdndAware"), Xatom.ATOM)
                if aware and (title is None or window.get_wm_name() == title):
                    found.append(window)
                else:
                    for child in window.query_tree().children:
                        walk(child)
            except error.BadWindow:
                pass  # closed while we looked

        while len(found) != 1:
            if time.monotonic() > self.deadline:
                sys.exit(f"{len(found)} windows take drops; one was looked for")
            found.clear()
            walk(self.root)
        return found[0]

    def say(self, target, kind, *data):
        data = (list(data) + [0] * 5)[:5]
        message = event.ClientMessage(window=target, client_type=self.atom(kind), data=(32, data))
        target.send_event(message, event_mask=0)
        self.display.flush()

    def serve(self, request):
        """Hands the list of files over, as the target asked for it."""
        place = request.property or request.target
        if request.target == self.atom("TARGETS"):
            request.requestor.change_property(place, Xatom.ATOM, 32, [self.atom("text/uri-list")])
        elif request.target == self.atom("text/uri-list"):
            request.requestor.change_property(place, request.target, 8, self.data)
        else:
            place = X.NONE
        answer = event.SelectionNotify(
            time=request.time,
            requestor=request.requestor,
            selection=request.selection,
            target=request.target,
            property=place,
        )
        request.requestor.send_event(answer)
        self.display.flush()

    def wait_for(self, kind):
        """Serves requests until the target answers with a message of this kind."""
        while True:
            while self.display.pending_events():
                got = self.display.next_event()
                if got.type == X.SelectionRequest:
                    self.serve(got)
                elif got.type == X.ClientMessage and got.client_type == self.atom(kind):
                    return got.data[1]
            left = self.deadline - time.monotonic()
            if left <= 0 or not select.select([self.display], [], [], left)[0]:
                sys.exit(f"no {kind} from the window in time")

    def drop(self, title):
        target = self.target(title)
        size = target.get_geometry()
        middle = target.translate_coords(self.root, 0, 0)
        x, y = size.width // 2 - middle.x, size.height // 2 - middle.y
        me, copy = self.window.id, self.atom("XdndActionCopy")
        self.window.set_selection_owner(self.atom("XdndSelection"), X.CurrentTime)
        self.say(target, "XdndEnter", me, VERSION << 24, self.atom("text/uri-list"))
        # A target may ask for the files at the first position: it has them before it answers,
        # since the server keeps the order of what it asks and what it says.
        self.say(target, "XdndPosition", me, 0, x << 16 | y, X.CurrentTime, copy)
        if not self.wait_for("XdndStatus")[1] & 1:
            sys.exit("the window does not want the files")
        self.say(target, "XdndDrop", me, 0, X.CurrentTime)
        if not self.wait_for("XdndFinished")[1] & 1:
            sys.exit("the window did not take the files")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--timeout", type=float, default=15, help="seconds")
    parser.add_argument("--window", help="title of the window")
    parser.add_argument("files", nargs="+")
    arguments = parser.parse_args()
    paths = [os.fsencode(os.path.abspath(path)) for path in arguments.files]
    uris = "".join(f"file://{quote(path)}\r\n" for path in paths)
    Source(uris, time.monotonic() + arguments.timeout).drop(arguments.window)


if __name__ == "__main__":
    main()
