### A row of the list: its detail after the status word, its tooltips, and what a screen reader says.

## Details

row-settling = another program is writing to this file; the upload goes on when that is done
row-finishing = waiting for { $service }
row-processing = at { $service }
row-slow = taking longer than usual
row-trying-again = trying again
row-next-try = next try in { $wait }
row-may-be-twice = may be stored twice: an answer was lost
row-not-saved = not saved yet: copy it
row-percent = { NUMBER($percent) } %
row-idle-id = ID not used: { $id }

## What the file says of itself

# The text of a mark.
row-has-location = Says where it was taken
# $time: such as "2026-11-28 16:04".
row-captured = Taken { $time }

## Files with the same content. $file: a name, $day: such as "28 November", $last4: the last
## characters of a key.

row-duplicate-of = same content as { $file }
row-same-as-uploaded = same content as { $file }, uploaded on { $day }
row-same-as-uploaded-before = same content as { $file }, uploaded before
row-uploaded-before = the same content was uploaded before
row-listed-twice = the same content is in this list
row-uploaded-itself = uploaded on { $day }
row-uploaded-itself-before = uploaded before
row-uploaded-as = as { $file }
row-not-confirmed = not confirmed yet
row-not-sent-twice = not sent twice
row-not-sent = not sent again
row-gets-id = gets its ID
row-waits-for-id = waits for its ID
row-unconfirmed = { $service-first } does not have the same content any more

## What belongs to another account than the one in use. $name: the account's name, or its key.

row-in-account = in another account: { $name }
row-uploaded-in-account = uploaded on { $day } in another account: { $name }
row-for-account = for another account: { $name }

## Why a queued row waits

row-queue-paused = all uploads are paused
row-no-key = waits for an API key
row-held-key = held until the API key is updated
row-held-balance = held until the balance is topped up
row-held-account = held until { $service } accepts the account
row-held-program = held: { $service } has retired this way of uploading

## What becomes of the bytes that were sent

row-starts-again = starts again from the beginning
row-goes-on = goes on where it was
row-interrupted-starts-again = interrupted; Resume sends it from the beginning
row-interrupted-goes-on = interrupted; Resume goes on where it was
row-pause-starts-again = The file starts again from the beginning when you resume
row-pause-goes-on = The upload goes on where it was, as long as the program stays open
row-pause-goes-on-after-restart = The upload goes on where it was, also after the program was closed

## Additions to tooltips

row-upload-unrecognised = Upload this file although its content isn’t recognised
row-cancel-loses = what was sent is lost
row-ends-pause = the paused uploads go on too

## Names. $file: a file's name, with its folder where another has the same name.

row-called = { $name }, in { $folder }
row-in-folder = in { $folder }
row-copied = Copied
row-button = { $label }: { $file }
row-progress = Progress
row-select = Select { $file }

## The dialog "Details"

row-by-itself = The upload is retried automatically.
row-file = File: { $path }
row-asset-id = Asset ID: { $id }
row-reserved-id = Reserved ID
row-program = Program
row-named = { $name }: { $value }
