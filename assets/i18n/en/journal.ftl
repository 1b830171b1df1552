### What is wrong with the history.

-nothing-new = Nothing new is uploaded, for an ID that is not written down can be lost.

journal-set-aside = The history was damaged. The damaged file was kept as { $path }, and what could be read of it is in a new one. Nothing was deleted.
journal-newer = The history is of a newer version of this program. That history is left as it is, and nothing can be uploaded: use the newer version.
journal-unwritable = The history cannot be written ({ $cause }). { -nothing-new } Make room on the disk, or make the folder writable.
# $cause: an error of the system.
journal-ledger = The list of asset IDs (asset-ids.csv) can’t be written ({ $cause }). Your IDs are saved in the history, and the list catches up once it can be: close it in other programs, and check that it is a file of yours.
# Instead of an error.
journal-repair = the history is being repaired or opened anew
# $cause: a sentence that names the problem and what to do.
journal-unwritable-for = { $cause } { -nothing-new }
