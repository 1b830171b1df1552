### Files that were added: why some are refused, and what "Upload" will do.

## Files that come in

intake-checking = { $files ->
        [one] Checking { $files } file…
       *[other] Checking { $files } files…
    }
# To find duplicates.
intake-comparing = { $files ->
        [one] Comparing { $files } file…
       *[other] Comparing { $files } files…
    }

## The banner on refused files

# $reasons: a list of the next.
intake-refused = { $files ->
        [one] { $files } file can’t be uploaded: { $reasons }.
       *[other] { $files } files can’t be uploaded: { $reasons }.
    }
intake-reason = { $reason ->
        [cant-be-read] { NUMBER($files) } can’t be read
        [empty] { NUMBER($files) } empty
        [not-recognised] { NUMBER($files) } not recognised
        [not-supported] { NUMBER($files) } not supported
        [not-there] { NUMBER($files) } not there
        [special] { $files ->
            [one] { $files } special system file
           *[other] { $files } special system files
        }
        [too-large] { NUMBER($files) } too large
       *[wrong-content] { NUMBER($files) } whose content doesn’t match the name
    }

## The effect of "Upload" in the status bar: the first line, and what stands in the second

intake-ready = { $files ->
        [one] { $files } file ready to upload
       *[other] { $files } files ready to upload
    } · { $size }
intake-only-duplicates = { $duplicates ->
        [one] { $duplicates } duplicate
       *[other] { $duplicates } duplicates
    } · nothing to send
intake-about = about { $time }
intake-at-least = at least { $time }
# $located: how many of them.
intake-located = { $located ->
        [one] { $files ->
            [one] says where it was taken
           *[other] { $located } of { $files } files says where it was taken
        }
       *[other] { $located } of { $files } files say where they were taken
    }
# $files: such as "2 refused, 1 duplicate".
intake-left-out = left out: { $files }
intake-refused-number = { NUMBER($files) } refused
intake-to-storage = { $files ->
        [one] { $files } large file
       *[other] { $files } large files
    } sent directly to storage

## The effect of "Upload" in its tooltip, in these sentences

intake-uploads = { $files ->
        [one] Uploads { $files } file with { $size } to { $service }.
       *[other] Uploads { $files } files with { $size } to { $service }.
    }
intake-takes-about = Takes about { $time } at the speed that was measured; { $service } takes one request a second.
intake-takes-at-least = Takes at least { $time }: { $service } takes one request a second. How long the bytes take is known once some have moved.
intake-goes-to-storage = { $files ->
        [one] { $files } large file goes
       *[other] { $files } large files go
    } directly to the storage of { $service }.
# $located: how many of them.
intake-tell-location = { $located ->
        [one] { $files ->
            [one] The file says where it was taken, and this goes with it.
           *[other] { $located } of { $files } files says where it was taken, and this goes with it.
        }
       *[other] { $located } of { $files } files say where they were taken, and this goes with them.
    }
# $cost: what storing the files costs.
intake-storage = storage { $cost }
intake-keeping = Keeping them: { $cost }.
intake-by-id = { $duplicates ->
        [one] { $duplicates } duplicate gets the ID of the file with the same content and is not sent.
       *[other] { $duplicates } duplicates get the IDs of the files with the same content and are not sent.
    }
intake-not-uploaded = Not uploaded: { $files }.
