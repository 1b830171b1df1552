#!/usr/bin/python3
"""Plays the parts of a desktop that the window talks to, and writes down what it is asked.

usage: desktop.py LOG

Owns org.freedesktop.Notifications, org.freedesktop.login1 and, for its settings alone, the portal on
the session bus (point DBUS_SYSTEM_BUS_ADDRESS there too). It wishes for less motion. Each line of
LOG is one event: "notify SUMMARY: BODY", "inhibit WHAT", "release WHAT", "read NAMESPACE KEY",
"taskbar FRACTION" or "taskbar off".
"""

import os
import sys

from gi.repository import Gio, GLib

NOTIFICATIONS = """<node><interface name="org.freedesktop.Notifications">
<method name="Notify"><arg type="s" direction="in"/><arg type="u" direction="in"/>
<arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="s" direction="in"/>
<arg type="as" direction="in"/><arg type="a{sv}" direction="in"/><arg type="i" direction="in"/>
<arg type="u" direction="out"/></method>
<method name="GetCapabilities"><arg type="as" direction="out"/></method>
<method name="GetServerInformation"><arg type="s" direction="out"/><arg type="s" direction="out"/>
<arg type="s" direction="out"/><arg type="s" direction="out"/></method>
</interface></node>"""

LOGIN = """<node><interface name="org.freedesktop.login1.Manager">
<method name="Inhibit"><arg type="s" direction="in"/><arg type="s" direction="in"/>
<arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="h" direction="out"/></method>
</interface></node>"""

PORTAL = """<node><interface name="org.freedesktop.portal.Settings">
<method name="ReadOne"><arg type="s" direction="in"/><arg type="s" direction="in"/>
<arg type="v" direction="out"/></method>
</interface></node>"""

log = open(sys.argv[1], "a", buffering=1)


def write(line):
    print(line, file=log)


def released(what):
    """Called when the other end of an inhibitor's pipe is closed."""

    def ended(channel, condition):
        write(f"release {what}")
        return False

    return ended


def call(connection, sender, path, interface, method, parameters, invocation):
    if method == "Notify":
        _, _, _, summary, body, *_ = parameters.unpack()
        write(f"notify {summary}: {body}")
        invocation.return_value(GLib.Variant("(u)", (1,)))
    elif method == "GetCapabilities":
        invocation.return_value(GLib.Variant("(as)", (["body"],)))
    elif method == "GetServerInformation":
        invocation.return_value(GLib.Variant("(ssss)", ("test", "test", "1", "1.2")))
    elif method == "ReadOne":
        namespace, key = parameters.unpack()
        write(f"read {namespace} {key}")
        if (namespace, key) == ("org.freedesktop.appearance", "reduced-motion"):
            invocation.return_value(GLib.Variant("(v)", (GLib.Variant("u", 1),)))
        else:
            invocation.return_dbus_error("org.freedesktop.portal.Error.NotFound", "not here")
    else:
        what = parameters.unpack()[0]
        ours, theirs = os.pipe()
        write(f"inhibit {what}")
        channel = GLib.IOChannel.unix_new(ours)
        GLib.io_add_watch(channel, GLib.PRIORITY_DEFAULT, GLib.IOCondition.HUP, released(what))
        descriptors = Gio.UnixFDList.new()
        handle = descriptors.append(theirs)
        os.close(theirs)
        invocation.return_value_with_unix_fd_list(GLib.Variant("(h)", (handle,)), descriptors)


def offer(connection, path, text):
    interface = Gio.DBusNodeInfo.new_for_xml(text).interfaces[0]
    connection.register_object(path, interface, call, None, None)


bus = Gio.bus_get_sync(Gio.BusType.SESSION, None)
offer(bus, "/org/freedesktop/Notifications", NOTIFICATIONS)
offer(bus, "/org/freedesktop/login1", LOGIN)


def taskbar(connection, sender, path, interface, signal, parameters):
    about = parameters.unpack()[1]
    write(f"taskbar {about['progress']:.2f}" if about["progress-visible"] else "taskbar off")


bus.signal_subscribe(
    None, "com.canonical.Unity.LauncherEntry", "Update", None, None, Gio.DBusSignalFlags.NONE, taskbar
)
offer(bus, "/org/freedesktop/portal/desktop", PORTAL)
for name in (
    "org.freedesktop.Notifications",
    "org.freedesktop.portal.Desktop",
    "org.freedesktop.login1",
):
    Gio.bus_own_name_on_connection(bus, name, Gio.BusNameOwnerFlags.NONE, None, None)
GLib.MainLoop().run()
