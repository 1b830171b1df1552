### Questions before the window closes or the sandbox is left. `.stay` and `.leave` are buttons,
### `.hint` is the tooltip of the second.

quit-uploads = Stop the uploads and close?
    .stay = Keep uploading
    .leave = Stop and close
    .hint = Stop the uploads and close; they can be continued at the next start
quit-sandbox-uploads = Stop the uploads and close?
    .stay = Keep uploading
    .leave = Stop and close
    .hint = Stop the uploads and close; the sandbox ends with them
quit-unsaved-ids = Close although IDs are not saved?
    .stay = Stay
    .leave = Close all the same
    .hint = Close; IDs that are not saved are lost

## What closing means: those of these sentences that hold, in this order

quit-unsaved = { $ids ->
        [one] { $ids } asset ID is not saved yet: copy it, or it is lost.
       *[other] { $ids } asset IDs are not saved yet: copy them, or they are lost.
    }
quit-in-sandbox = { $uploads ->
        [one] { $uploads } upload under way in the sandbox.
       *[other] { $uploads } uploads under way in the sandbox.
    } Closing ends the sandbox and all that is in it.
quit-sending = { $uploads ->
        [one] { $uploads } upload under way.
       *[other] { $uploads } uploads under way.
    } You can resume at the next start.
quit-anew = { $uploads ->
        [one] { $uploads } of them starts again from the beginning then.
       *[other] { $uploads } of them start again from the beginning then.
    }

## Leaving a sandbox that has files. $uploads: how many are under way.

quit-sandbox = Leave the sandbox?
    .means = { $uploads ->
        [0] {""}
        [one] { $uploads } upload is under way and ends here.{" "}
       *[other] { $uploads } uploads are under way and end here.{" "}
    }The sandbox is gone then, with this list and the IDs in it. Your files stay where they are, and your own list is as you left it.
    .stay = Stay in the sandbox
    .leave = Leave the sandbox
    .hint = Go back to memories.ai and your own account
