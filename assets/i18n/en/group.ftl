### Headers of batches in the list, and the dialog "Name and note".

# Files that no batch is known of.
group-other = Other files

## Counts

group-files = { $files ->
        [one] { $files } file
       *[other] { $files } files
    }
group-ready = { NUMBER($ready) } of { NUMBER($files) } ready
# $ends: such as "29 files ready, 2 cancelled".
group-done = Done: { $ends }
group-copy-ids = { $ids ->
        [one] Copy { $ids } ID
       *[other] Copy { $ids } IDs
    }
group-skipped = { NUMBER($files) } skipped

## For screen readers, after the label and the counts

group-expanded = expanded
group-collapsed = collapsed

# Menu of ways to save these files' IDs.
group-export = Export…
# Tooltip of the menu.
group-menu = Everything that can be done with these files
# $size: such as "12 GB", $cost: such as "less than $0.01 a day, ≈ $0.36 a month".
group-stored = { $size } stored at memories.ai: { $cost }
# Tooltip of the number of skipped files.
group-skipped-hint = Show the files that were skipped

## The dialog "Name and note"

group-rename = Name and note
group-name = Name
group-note = Note
group-note-hint = Anything worth remembering about these files
group-name-needed = Enter a name
