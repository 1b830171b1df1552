# Bringing assets into the Library from a file.

## Numbers of a preview, joined as a list. $assets, $lines: how many.

import-new = { NUMBER($assets) } new
import-known = { NUMBER($assets) } known
import-malformed = { NUMBER($lines) } malformed
# $lines: the first ones, as 3, 17.
import-malformed-lines = Lines without a usable asset ID: { $lines }.

## The window.

import-bring-in = Bring in…
    .hint = Add assets from a CSV or JSON export, a ledger, or a list of IDs
# $file: its name.
import-title = Bring in { $file }?
import-means = What the Library knows already stays as it is. memories.ai is asked about the first 100 new assets at once, and about others when you choose “Check again”.
import-nothing-new = The Library has all of these. What it lacks about them is added; nothing else changes.
import-confirm = Bring in
import-cancel = Cancel
import-done = { $assets ->
        [0] Nothing new: the Library has all of these assets.
        [one] { $assets } asset brought in.
       *[other] { $assets } assets brought in.
    }
import-choose = Choose a list of assets
import-lists = Lists of assets
import-no-dialog = This desktop has no file dialog that the program can open. Drop the file on the Library instead.
