### Commands on several rows, and what they did.

selection-no-ids = None of the selected files has an asset ID yet.
selection-not-removable = Files under way can’t be removed: cancel them first.
selection-selected = { NUMBER($files) } selected

## Search

selection-search = Search by name or ID
selection-search-everywhere = Search all files
selection-nothing-found = No file here has this in its name or ID.
# $filter: a filter's name.
selection-nothing-found-under = No file under “{ $filter }” has this in its name or ID.

# Above the list of shortcuts, on keys that it does not have.
selection-shortcuts = With Shift, the arrows and the other keys of the list select everything on their way.

## What was done

# $ids: how many were copied, $not-ready: how many of them are not ready yet,
# $sharing: how many further files have one of these IDs, $without: how many files have none.
selection-copied = { $ids ->
        [one] { $ids } ID copied
       *[other] { $ids } IDs copied
    }{ $not-ready ->
        [0] {""}
       *[other] { $ids ->
            [one] , not ready yet
           *[other] , { $not-ready } of them not ready yet
        }
    }{ $sharing ->
        [0] {""}
        [one] ; { $sharing } more file has one of them
       *[other] ; { $sharing } more files have one of them
    }{ $without ->
        [0] {""}
        [one] ; { $without } file has none yet
       *[other] ; { $without } files have none yet
    }.
# $ids: how many of the removed files have an id, $left: how many selected files were left.
selection-removed = { $files ->
        [one] { $files } file removed from the list
       *[other] { $files } files removed from the list
    }{ $ids ->
        [0] {""}
        [one] ; the ID stays in the Library
       *[other] ; the IDs stay in the Library
    }.{ $left ->
        [0] {""}
        [one] {" "}{ $left } is queued or under way: cancel it first.
       *[other] {" "}{ $left } are queued or under way: cancel them first.
    }
selection-added = { $files ->
        [one] { $files } file added.
       *[other] { $files } files added.
    }
selection-nothing-added = Nothing in that folder can be uploaded.
selection-discarded = { $uploads ->
        [one] { $uploads } interrupted upload discarded.
       *[other] { $uploads } interrupted uploads discarded.
    }

## Exports

# First line of a Markdown table.
selection-markdown-head = | Asset ID | Name | Path |
selection-markdown-head-with-folder = | Asset ID | Name | Folder |
# $file: the name of the exported file.
selection-saved = { $rows ->
        [one] { $rows } row saved to { $file }.
       *[other] { $rows } rows saved to { $file }.
    }
selection-not-saved = { $file } was not saved: { $why }. Choose another place, or copy the IDs instead.
selection-no-permission = this folder can’t be written to
selection-disk-full = the disk is full
selection-no-folder = the folder is not there
selection-read-only = the disk can only be read
selection-no-save-dialog = This desktop has no file dialog that the program can open. Copy the IDs as CSV or JSON instead.

## Questions

selection-discard = Discard { $uploads ->
        [one] { $uploads } interrupted upload
       *[other] { $uploads } interrupted uploads
    }?
    .means = The uploads are taken out of the list, and what was sent of them is lost. Your files stay where they are.
selection-cancel = Cancel { $uploads ->
        [one] { $uploads } upload
       *[other] { $uploads } uploads
    }?
# $lost: one of the next three sentences.
selection-cancel-one = Cancel this upload?
    .means = { $name } is under way. { $lost }
selection-nothing-lost = Nothing of these uploads was sent yet.
selection-lost = What was sent is lost.
# $sent: such as "1.4 of 3.9 GB".
selection-bytes-lost = { $sent } were sent and are lost.
selection-confirm-cancel = { $uploads ->
        [one] Cancel upload
       *[other] Cancel { $uploads } uploads
    }
selection-pause-all = Pause all uploads?
selection-pause = { $uploads ->
        [one] Pause this upload?
       *[other] Pause { $uploads } uploads?
    }
selection-pause-one-means = { $sent } of { $name } were sent. The file starts again from the beginning when you resume.
selection-pause-means = { $sent } of { $files ->
        [one] { $files } file
       *[other] { $files } files
    } were sent. The files start again from the beginning when you resume.
