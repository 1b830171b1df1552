### The Library: everything that was ever uploaded from this computer.

library-uploads = Uploads
    .hint = Files to upload and under way
library-page = Library
    .hint = Everything ever uploaded from this computer
# $page: the name of a page, $count: a number.
library-counted = { $page } { $count }
library-assets = Assets

## Status

library-ready = Ready
library-processing = Processing
library-failed = Failed
library-wrong-size = Wrong size
library-gone = Not found
library-deleted = Deleted
library-unneeded = Maybe not needed

## Kinds

library-video = Video
library-audio = Audio
library-image = Image

## Search and filters

library-search = Search the Library
library-search-hint = Name, folder, note or ID
library-any-kind = Any kind
library-any-status = Any status
library-any-batch = Any batch
library-any-account = Any account
library-any-day = Any day
library-today = Today
library-yesterday = Yesterday
# $number: 1 is Monday.
library-weekday = { $number ->
        [1] Monday
        [2] Tuesday
        [3] Wednesday
        [4] Thursday
        [5] Friday
        [6] Saturday
       *[7] Sunday
    }
# $day: such as "24 November".
library-weekday-and-day = { $weekday } { $day }
library-month-and-year = { $month } { $year }
library-seven-days = Last 7 days
library-thirty-days = Last 30 days
library-filter-kind = Kind
library-filter-day = Day
library-filter-status = Status
library-filter-batch = Batch
library-filter-account = Account
library-filter-hint = Narrow the list
library-sort-hint = Sort by { $column }
library-clear-filters = Clear filters
    .hint = Show everything in the Library

## Columns

library-column-name = Name
library-column-folder = Folder
library-column-uploaded = Uploaded
library-column-size = Size
library-column-duration = Duration
library-column-kind = Kind
library-column-status = Status
library-column-batch = Batch
library-column-id = ID

## Rows

library-copy = Copy
    .hint = Copy this ID
library-details = Details
    .hint = Everything known about this file
library-show-file = Show file
    .hint = Show the file in the file manager
library-check-again = Check again
    .hint = Ask memories.ai how this asset is now
library-check-all = Check all again
    .hint = Ask memories.ai for the current status
library-stop-checking = Stop checking
    .hint = Keep the results so far
library-upload-again = Upload again
    .hint = Add the file to the uploads once more; sending it makes a second asset
library-remove = Remove from Library
    .hint = Take it out of the Library; memories.ai keeps it

## Empty

library-reading = Reading the Library…
library-never = Nothing uploaded yet
library-never-means = Every file you upload appears here with its asset ID, and stays after you clear the list of uploads.
library-empty = The Library is empty
library-empty-means = Files you upload appear here with their asset IDs once memories.ai has stored them.
library-nothing-found = Nothing in the Library matches.
library-no-history = There is no data folder, so there is no Library. The settings say why.
# $cause: the system's error.
library-unreadable = The Library can’t be read: { $cause }.

## Foot

# $size: such as "212 GB", $cost: such as "$6.36 a month".
library-foot = { $files ->
        [one] { $files } asset
       *[other] { $files } assets
    } · { $size } · { $cost }
library-foot-selected = { $files ->
        [one] { $files } asset selected
       *[other] { $files } assets selected
    } · { $size } · { $cost }
library-foot-counting = { NUMBER($files) } assets selected · counting…
# Prices as in library-foot; what memories.ai deleted or does not know costs nothing.
library-prices = Stored at memories.ai for $0.001 per GB a day: { $daily }, { $monthly } (30 days). Deleted assets cost nothing.

## What may be paid for in vain

library-paying = You may be paying for { NUMBER($assets) }
library-paying-title = You may be paying for these
library-paying-means = Uploads that failed or were abandoned, and further copies of the same content. The first ready copy isn’t listed.

## Found from the queue

library-found = { $files ->
        [one] { $files } found in the Library
       *[other] { $files } found in the Library
    }
library-find = Show in Library
    .hint = Find it in the Library

## What was done

library-checking = { $done } of { $total } checked
# $unknown: how many memories.ai does not know, $failed: how many got no answer,
# $others: how many belong to another account.
library-checked = { $assets ->
        [one] { $assets } asset checked
       *[other] { $assets } assets checked
    }{ $unknown ->
        [0] {""}
       *[other] ; { $unknown } not found
    }{ $failed ->
        [0] {""}
       *[other] ; { $failed } without an answer
    }{ $others ->
        [0] {""}
       *[other] ; { $others } of another account passed over
    }.

library-left-out = { $assets ->
        [one] { $assets } asset of another service was left out.
       *[other] { $assets } assets of another service were left out.
    }
library-files-gone = { $files ->
        [one] { $files } file is no longer where it was.
       *[other] { $files } files are no longer where they were.
    }
library-removed = { $files ->
        [one] { $files } asset removed from the Library.
       *[other] { $files } assets removed from the Library.
    }
library-details-copied = Details copied

## Question

library-ask-remove = Remove { $files ->
        [one] this asset
       *[other] { $files } assets
    } from the Library?
# $name: a file's name; $others: how many more.
library-ask-remove-names = { $others ->
        [0] { $name }
        [one] { $name } and { $others } other
       *[other] { $name } and { $others } others
    }
library-ask-remove-means = The files stay on this computer and at memories.ai, where storage still costs money. Search no longer finds them, and this can’t be undone. The file asset-ids.csv keeps every ID.
library-confirm-remove = Remove
    .hint = Take it out of the Library
library-keep = Keep

## Details

library-note = Note
    .hint = Your own note; search finds it
library-copy-text = Copy as text
    .hint = Copy all details as lines
library-copy-json = Copy as JSON
    .hint = Copy all details for another program
library-history = History
library-name-status = Status
library-name-remark = Remark
library-name-path = Location
library-name-file = File now
library-name-size = Size
library-name-kind = Kind
library-name-duration = Duration
library-name-picture = Picture size
library-name-captured = Taken
library-name-place = Location data
library-name-uploaded = Uploaded
library-name-deleted = Deleted
library-name-batch = Batch
library-name-blake3 = BLAKE3
library-name-account = Account
library-name-service = Service
library-name-batch-note = Batch note
library-name-route = Sent by
library-name-tries = Tries
library-route-direct = Direct upload
library-route-signed-url = Signed URL
library-name-their-status = Status at memories.ai
library-name-their-name = Name at memories.ai
library-name-their-size = Size at memories.ai
library-name-their-time = Created at memories.ai
library-name-asked = Last asked
library-name-note = Note
library-file-asked = Looking…
library-file-unchanged = Still there, unchanged
library-file-changed = Changed since the upload
library-file-missing = Not on this computer right now
library-file-unreadable = Can’t be read right now
library-file-unknown = Not known
library-remark-twice = May be stored twice
library-remark-abandoned = Upload abandoned
library-event-reserved = ID reserved
library-event-stored = Stored
library-event-ready = Ready
library-event-failed = Failed
library-event-abandoned = Abandoned
library-event-gone = No longer found by memories.ai
library-event-found = Found again by memories.ai
library-event-deleted = Deleted from memories.ai
library-event-removed = Removed from the Library
library-event-imported = Brought in
library-event-other = Recorded by another version
