### What is wrong with the history.

-nothing-new = Nothing new is uploaded, for an ID that is not written down can be lost.

# $found: the sentence below. $path: of the damaged file.
journal-set-aside = The history was damaged and has been rebuilt. { $found } The damaged file was kept as { $path }. Nothing was deleted.
# Of a history whose file was missing or empty. $found: the sentence below.
journal-lost = The history was missing and has been rebuilt. { $found }
journal-there-again = { $assets ->
        [0] No asset ID could be read
        [one] { NUMBER($assets) } asset ID is there again
       *[other] { NUMBER($assets) } asset IDs are there again
    }{ $batches ->
        [0] {""}
        [one] , in { NUMBER($batches) } batch
       *[other] , in { NUMBER($batches) } batches
    }{ $notes ->
        [0] {""}
        [one] , with { NUMBER($notes) } note
       *[other] , with { NUMBER($notes) } notes
    }.
# Only if it takes longer than a second.
journal-opening = The history is being read. A large or damaged one takes a moment; uploads start after that.
journal-newer = The history is of a newer version of this program. That history is left as it is, and nothing can be uploaded: use the newer version.
journal-unwritable = The history cannot be written ({ $cause }). { -nothing-new } Make room on the disk, or make the folder writable.
# $cause: an error of the system.
journal-ledger = The list of asset IDs (asset-ids.csv) can’t be written ({ $cause }). Your IDs are saved in the history, and the list catches up once it can be: close it in other programs, and check that it is a file of yours.
# $cause: a sentence that names the problem and what to do.
journal-unwritable-for = { $cause } { -nothing-new }
