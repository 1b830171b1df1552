### The status bar under the list: what is done, what is going on, and its buttons.

## While nothing is being sent

foot-nothing = Nothing to upload
foot-ready = { $files ->
        [one] { $files } file ready
       *[other] { $files } files ready
    }
foot-duplicates = { $files ->
        [one] { $files } duplicate
       *[other] { $files } duplicates
    }
foot-attention = { $files ->
        [one] { $files } needs attention
       *[other] { $files } need attention
    }
# Files paused one by one.
foot-held = { NUMBER($files) } paused
foot-cancelled = { NUMBER($files) } cancelled

## While a batch is under way

foot-done = { NUMBER($done) } of { NUMBER($batch) } done
foot-processing = { NUMBER($files) } processing at { $service }
foot-getting-ids = getting IDs
foot-paused = paused
foot-answer = waiting for the answer
foot-offline = waiting for a connection
foot-next-try = waiting before the next try
foot-starting = starting…

## Buttons and their tooltips. $hint: the command's own tooltip.

foot-upload = { $files ->
        [0] { $duplicates ->
            [0] Upload
            [one] Get { $duplicates } ID
           *[other] Get { $duplicates } IDs
        }
        [one] Upload { $files } file
       *[other] Upload { $files } files
    }
foot-upload-ends-pause = The paused uploads go on too.
foot-clear-finished = { $hint }; their IDs stay in the Library
# $files: how many start again.
foot-pause = { $files ->
        [0] { $hint }
        [one] { $hint }. { $files } file starts again from the beginning when you resume.
       *[other] { $hint }. { $files } files start again from the beginning when you resume.
    }

## Why "Upload" can't be pressed

foot-blocked-unwritable = Nothing can be saved on this disk at the moment
foot-blocked-opening = What was uploaded before is being read
foot-blocked-newer = The history is of a newer version of this program
foot-blocked-empty = No file is ready to upload
