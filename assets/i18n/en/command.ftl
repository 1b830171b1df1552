### Commands: label of a button or a menu item, and `.hint`, its tooltip.

# A tooltip and its command's keys, such as "Ctrl+O".
command-with-shortcut = { $hint } ({ $shortcut })

## The window’s commands

command-choose-files = Choose files…
    .hint = Choose videos, audio or images to upload
command-choose-folder = Choose folder…
    .hint = Add everything in a folder that can be uploaded
command-add = Add as a new file
    .hint = Add it to the list as a file of its own
command-paste = Paste
    .hint = Add copied files or paths
command-upload = Upload
    .hint = Upload every file that is ready
command-pause = Pause
    .hint = Pause all uploads
command-resume = Resume
    .hint = Go on with all uploads
command-retry-failed = Retry failed
    .hint = Try every failed file again
command-clear-finished = Clear finished
    .hint = Take files that are done out of the list
command-undo = Undo
    .hint = Put the removed files back
command-select = Select
    .hint = Select this file
command-file-menu = The file’s menu
    .hint = Everything that can be done with this file
command-toggle = Select or not
    .hint = Select the file that has the focus, or no longer
command-select-all = Select all
    .hint = Select every file shown
command-select-none = Select none
    .hint = Clear the selection
command-copy-selected = Copy IDs
    .hint = Copy the asset IDs of the selected files
command-show-added = Show
    .hint = Show the files that were added
command-show-listed = Show
    .hint = Select the files that were in the list already
command-find = Find
    .hint = Find files by name or ID
command-clear-search = Clear search
    .hint = Show files whatever their name
command-confirm-cancel = Cancel upload
    .hint = Give up what was sent
command-confirm-pause = Pause
    .hint = Pause all the same
command-copy-details = Copy details
    .hint = Copy the technical details
command-update-key = Update key
    .hint = Enter an API key
command-ask-keychain = Ask again
    .hint = Ask the keychain for the key again
command-use-key-for-session = Use it for this session
    .hint = Use the key until the program is closed, unless the keychain still keeps it
command-save-key = Save key
    .hint = Check the key and use it from now on
command-close = Close
    .hint = Close this
command-get-key = Get a key
    .hint = Open the console of memories.ai in the browser
command-open-console = Open console
    .hint = Open the console of memories.ai in the browser
command-copy-address = Copy address
    .hint = Copy the address, to open it by hand
command-copy-path = Copy path
    .hint = Copy the path, to go there by hand
command-go-on = Go on
    .hint = Go on with the uploads
command-try-now = Try now
    .hint = Try now, without waiting
command-try-sandbox = Try it without an account
    .hint = Upload to a sandbox inside this program; nothing leaves this computer
command-leave-sandbox = Leave the sandbox
    .hint = Go back to memories.ai and your own account
command-continue-interrupted = Continue
    .hint = Go on with the interrupted uploads
command-discard-interrupted = Discard
    .hint = Take the interrupted uploads out of the list
command-open-settings = Settings
    .hint = Change how the program works
command-set = Set
    .hint = Use this from now on
command-choose-backup-folder = Choose folder…
    .hint = Choose a folder for it, on another disk for example
command-forget-backup-folder = Remove
    .hint = Make no second copy any more; copies that were made stay where they are
command-show-folder = Show
    .hint = Show the folder where files are shown
command-add-key = Add another key…
    .hint = Use the key of another account
command-switch-account = Use
    .hint = Use this account for what you upload next
command-rename-account = Rename…
    .hint = Give this account a name
command-save-account-name = Save name
    .hint = Show the account under this name
command-join-account = This is the same account as…
    .hint = Tell that two keys belong to one account
command-remove-key = Remove key
    .hint = Forget the API key on this computer
command-dismiss = Dismiss
    .hint = Put this message away
command-show-shortcuts = Keyboard shortcuts
    .hint = What the keyboard does here
command-show-formats = Formats
    .hint = Which files can be uploaded
command-quit = Quit
    .hint = Close the window

## Commands on one file: its buttons and its menu

command-row-upload = Upload
    .hint = Upload this file now
command-row-pause = Pause
    .hint = Pause this upload
command-row-resume = Resume
    .hint = Go on with this upload
command-row-cancel = Cancel
    .hint = Cancel this upload
command-row-retry = Try again
    .hint = Try this file again
command-row-try-now = Try now
    .hint = Try this file now, without waiting
command-row-locate = Locate…
    .hint = Show where this file is now
command-row-upload-again = Upload again
    .hint = Upload this file again
command-row-remove = Remove
    .hint = Take this file out of the list
command-row-copy = Copy
    .hint = Copy the asset ID
command-row-get-id = Get ID
    .hint = Take the ID of the file with the same content; nothing is uploaded
command-row-upload-anyway = Upload anyway
    .hint = Upload this file although its content is a duplicate
command-row-check-again = Check again
    .hint = Ask memories.ai about this file now
command-row-check-again-at = Ask { $service } about this file now
command-row-send-first = Send first
    .hint = Send this file before all others
command-row-show-file = Show file
    .hint = Show the file in its folder
command-row-details = Details
    .hint = Say more about what happened

## Commands on the selected files. `.name`: for screen readers, unlike the names of the commands on
## one file and on all.

command-selected-upload = Upload
    .hint = Upload the selected files now
    .name = Upload selected
command-selected-get-ids = Get IDs
    .hint = Take the IDs of the files with the same content; nothing is uploaded
    .name = Get IDs of selected
command-selected-pause = Pause
    .hint = Pause the selected uploads
    .name = Pause selected
command-selected-resume = Resume
    .hint = Go on with the selected uploads
    .name = Resume selected
command-selected-retry = Try again
    .hint = Try the selected files again
    .name = Try selected again
command-selected-send-first = Send first
    .hint = Send the selected files before all others
    .name = Send selected first
command-selected-cancel = Cancel
    .hint = Cancel the selected uploads
    .name = Cancel selected
command-selected-remove = Remove
    .hint = Take the selected files out of the list
    .name = Remove selected

## Commands on a batch of files

command-batch-fold = Collapse batch, or go to it from a file
    .hint = Hide these files
command-batch-unfold = Expand batch
    .hint = Show these files
command-batch-copy-ids = Copy IDs
    .hint = Copy the asset IDs of these files
command-batch-select = Select its files
    .hint = Select these files
command-batch-rename = Rename…
    .hint = Change the name and the note of these files
command-batch-show-skipped = Skipped files…
    .hint = Show the files that were skipped
command-edit-batch = Save
    .hint = Use this name and this note
command-copy-skipped = Copy list
    .hint = Copy the list of skipped files

## Menu of what is copied and saved

command-copy-lines = IDs, one a line
    .hint = Copy the asset IDs, one a line
command-copy-commas = IDs with commas
    .hint = Copy the asset IDs with commas between
command-copy-name-and-id = Name and ID
    .hint = Copy names and asset IDs with a tab between, for spreadsheets
command-copy-asset-ids = JSON object
    .hint = Copy the asset IDs as a JSON object with “asset_ids”
command-full-paths = Include full paths
    .hint = Put the full path of each file into tables and files, not only its folder’s name
command-copy-json = JSON list
    .hint = Copy the asset IDs as a JSON list
command-copy-csv = CSV with names
    .hint = Copy a table for spreadsheets
command-copy-markdown = Markdown table
    .hint = Copy a table for documents
command-save-json = Export JSON…
    .hint = Save the selected files’ IDs and names as JSON
command-save-csv = Export CSV…
    .hint = Save the selected files’ IDs and names as a table

command-save-report = Save report…
    .hint = Save a page that lists these files, to read, print or hand on

## Colours

command-theme-system = As the system
    .hint = Colours as the system
command-theme-light = Light
    .hint = Light colours
command-theme-dark = Dark
    .hint = Dark colours

## Filters above the list. `command-show` is the tooltip of all.

command-show = Show only these files
command-filter-all = All
command-filter-attention = Needs attention
command-filter-to-upload = To upload
command-filter-uploading = Uploading
command-filter-processing = Processing
command-filter-waiting = Waiting
command-filter-paused = Paused
command-filter-ready = Ready
command-filter-duplicate = Duplicate
command-filter-cancelled = Cancelled
command-filter-with-location = With location

## Sort keys. `command-sort-by` is the tooltip of all.

command-sort-by = Sort the list by this
command-column-queue = Upload order
command-column-name = Name
command-column-size = Size
command-column-status = Status

## Keys of the list, in the list of shortcuts

-through-the-list = Go through the list

command-move-up = The file above
    .hint = { -through-the-list }
command-move-down = The file below
    .hint = { -through-the-list }
command-move-page-up = A page up
    .hint = { -through-the-list }
command-move-page-down = A page down
    .hint = { -through-the-list }
command-move-home = The first file
    .hint = { -through-the-list }
command-move-end = The last file
    .hint = { -through-the-list }

## Names of keys. Ctrl and Shift stand before another key, as in "Ctrl+O".

command-key-ctrl = Ctrl+
command-key-shift = Shift+
command-key-enter = Enter
command-key-delete = Delete
command-key-escape = Esc
command-key-space = Space
command-key-left = Left
command-key-right = Right
command-key-up = Up
command-key-down = Down
command-key-page-up = Page Up
command-key-page-down = Page Down
command-key-home = Home
command-key-end = End

## Headings in the list of shortcuts

command-group-files = Files
command-group-list = The list
command-group-selection = What is selected
command-group-window = The window
