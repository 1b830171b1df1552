### The window: its header, the empty list, the toolbar, drops, and what the desktop shows of it.

-program = Mavi Uploader

window-name = { -program }
# Why the computer is kept awake, which some desktops show.
window-awake = Files are being uploaded

## The header and the toolbar

window-colours = Colours
    .hint = Light or dark
window-filters-hint = Show only some of the files
# A filter and the number of its files.
window-chip = { $filter } { NUMBER($files) }
window-sort = Sort
# $order: the sort key now.
window-sort-hint = Sort the list; now: { $order }
# For screen readers.
window-search = Search
window-copy-as = Copy as…
    .hint = Copy or save the selected files’ IDs in another form

## The list

# For screen readers.
window-files = Files
window-more = More
    .hint = Everything that can be done with this file
# A button that keeps interrupted uploads.
window-keep-interrupted = Keep them
# A button of the questions before pausing and cancelling.
window-keep-uploading = Keep uploading

## The empty list, and the strip above a full one. Where files can't be dropped, the second and
## third stand instead of the first.

window-drop-here = Drop videos, audio or images here
window-choose = Choose videos, audio or images
window-add = Add videos, audio or images
window-formats = MP4, MOV, WebM, MKV and more · MP3, WAV, FLAC, M4A · JPG, PNG, GIF, WebP, TIFF
window-purpose = Each file goes to memories.ai and gives you an asset ID to hand on.
window-sandbox-purpose = Try it out: each file gets an asset ID to play with, and none leaves this computer.
-leaves = The whole file leaves this computer, with the place and time that a camera may have written into it.
window-leaves-by-hand = { -leaves } Nothing is sent before you press Upload.
window-leaves-at-once = { -leaves } Files are sent as soon as they are checked.
window-needs-key = To upload, the program needs your API key from memories.ai.

## While files are dragged over the window

window-drop = { $files ->
        [0] Nothing here can be uploaded
        [one] Add { $files } file
       *[other] Add { $files } files
    }
# There are more than could be counted.
window-drop-or-more = { $files ->
        [0] Nothing here can be uploaded
        [one] Add { $files } file or more
       *[other] Add { $files } files or more
    }
# Before they are counted. $items: files and folders.
window-drop-uncounted = { $items ->
        [one] Add { $items } item
       *[other] Add { $items } items
    }

## Toasts

window-nothing-pasted = The clipboard holds no files and no file paths.
window-no-file-dialog = This desktop has no file dialog that the program can open. Drop files on the window or paste their paths instead.
window-no-sandbox = The sandbox did not start.
window-no-sandbox-because = The sandbox did not start: { $why }.
# The address stands after it.
window-no-browser = No browser opened. Open this address yourself:
# The path stands after it.
window-no-file-manager = No file manager opened. The path is:
window-path-copied = Path copied.
window-address-copied = Address copied.

## The system's file dialogs

window-choose-files = Choose files to upload
window-choose-folders = Choose folders to upload
window-choose-backup-folder = Choose a folder for a second copy of the history
window-locate = Show where the file is now
window-save-ids = Save the selected files’ IDs
window-save-report = Save the report
window-media-files = Videos, audio and images
window-all-files = All files

## The dialog "What can be uploaded"

window-formats-title = What can be uploaded
window-formats-video = Videos
window-formats-audio = Audio
window-formats-image = Images
# $size: such as "5 GB".
window-size-limit = { $service-first } takes files up to { $size }.

## Without a window: on the terminal, or in the desktop's own message

window-no-display = No window can be opened: there is no display here. To upload without one, use: mavi-uploader upload PATH…
window-no-graphics = No window can be opened: this computer’s graphics (OpenGL) can’t be used. To upload without a window, use: mavi-uploader upload PATH…
window-silent = { -program } is already open, but its window doesn’t answer. Close it or end it, then start the program again.
# $paths: one a line, each after a line break.
window-silent-with-paths = { window-silent } These paths were not added to its list:{ $paths }
