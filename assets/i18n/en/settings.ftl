### The dialog "Settings": each setting with its choices. `.hint` stands under its name.

settings-saved-at-once = Changes apply immediately.
# $cause: what the system says.
settings-unsaved = The settings apply now, but can’t be saved: { $cause }.
# Instead of what the system says.
settings-no-thread = no thread for it

settings-colours = Colours
settings-jobs = Files at a time
    .hint = More helps with many small files.
settings-speed = Speed limit, in MB a second
settings-no-limit = No limit
settings-start = When to start
    .hint = At once: as soon as a file is checked.
settings-by-hand = When I press Upload
settings-at-once = At once
settings-ask = Ask before something is lost
    .hint = Before pausing, cancelling, discarding or closing loses what was sent.
settings-tell = Notification at the end
    .hint = When all uploads have ended and the window is not in front.
settings-copy-when-done = Copy IDs when a batch is done
    .hint = Replaces what is on the clipboard.
settings-on = On
settings-off = Off
settings-folder = History, settings and logs
settings-no-folder = Nowhere: there is no folder that the program can use.
settings-copy = Second copy of the history
settings-no-copy = None
settings-no-copy-dialog = This desktop has no file dialog that the program can open. Enter the folder in settings.json instead, as backup_folder.

## Proxy and certificates, on one line. $variable: an environment variable.

settings-network = Proxy and certificates
settings-asking-network = Being looked at…
settings-unusable-proxy = The proxy in { $variable } can’t be understood: direct
settings-proxy = Proxy { $proxy }
# $hosts: those that are reached without the proxy.
settings-proxy-except = Proxy { $proxy }, but for { $hosts }
settings-no-proxy = No proxy
settings-certificates-not-needed = no certificates needed
settings-system-certificates = the system’s certificates
settings-certificates = { $certificates ->
        [0] no certificates on this system: nothing can be reached
        [one] the system’s { $certificates } certificate
       *[other] the system’s { $certificates } certificates
    }
settings-certificates-of = { $certificates ->
        [0] no certificates in { $variable }: nothing can be reached
        [one] { $certificates } certificate of { $variable }
       *[other] { $certificates } certificates of { $variable }
    }
