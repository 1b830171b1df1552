#!/usr/bin/python3
"""A hand on mouse and keyboard, through the X server's test extension.

usage: pointer.py click X Y        presses the first button there and lets it go
       pointer.py key KEY…         presses the keys in their order, and lets them go
       pointer.py down KEY         presses a key and holds it
       pointer.py up KEY           lets it go

X and Y are of the screen, in pixels; KEYs are named as X has them: a, Escape, Down, Control_L.
"""

import argparse

from Xlib import X, XK, display
from Xlib.ext import xtest


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["click", "key", "down", "up"])
    parser.add_argument("arguments", nargs="+")
    a = parser.parse_args()
    screen = display.Display()

    def code(key):
        found = screen.keysym_to_keycode(XK.string_to_keysym(key))
        return found or parser.error(f"there is no key {key}")

    def do(kind, details):
        for detail in details:
            xtest.fake_input(screen, kind, detail)

    if a.what == "click":
        x, y = map(int, a.arguments)
        xtest.fake_input(screen, X.MotionNotify, x=x, y=y)
        do(X.ButtonPress, [1])
        do(X.ButtonRelease, [1])
    else:
        keys = [code(key) for key in a.arguments]
        if a.what in ("key", "down"):
            do(X.KeyPress, keys)
        if a.what in ("key", "up"):
            do(X.KeyRelease, reversed(keys))
    screen.sync()


if __name__ == "__main__":
    main()
