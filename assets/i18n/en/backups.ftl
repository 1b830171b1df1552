### Copies of the Library, and adding from one of them.

backups-menu = Library menu
    .hint = Save a copy, or restore from one
backups-save = Save a copy of the Library…
    .hint = Write the whole Library into one file
backups-open = Restore from a copy…
    .hint = Add what a copy has and the Library lacks
backups-choose = Choose a copy…
    .hint = Restore from a file
backups-back = Back
    .hint = Show the list of copies
backups-restore = Add to the Library
    .hint = Add what is missing; nothing is overwritten
backups-preview = Restore…
    .hint = See what this copy adds
backups-title = Restore from a copy
backups-means = A copy only adds what the Library lacks. Nothing is overwritten or removed, and no file is uploaded or deleted.
backups-listing = Looking for daily copies…
backups-none = There are no daily copies yet. The first is made a few seconds after the program starts.
backups-reading = Reading the copy…
# $assets: such as "312 assets", $size: such as "1.2 MB".
backups-facts = { $assets } · { $size }
backups-cannot-be-read = Can’t be read · { $size }
backups-assets = { $count ->
        [one] 1 asset
       *[other] { $count } assets
    }
backups-batches = { $count ->
        [one] 1 batch
       *[other] { $count } batches
    }
backups-adds-both = Adds { $assets } and { $batches }. Nothing is overwritten.
backups-adds-assets = Adds { $assets }. Nothing is overwritten.
backups-adds-nothing = The Library already has everything that is in this copy.
backups-damaged = This copy is damaged. What can still be read of it is counted here.
backups-added-both = Added { $assets } and { $batches } to the Library
backups-added-assets = Added { $assets } to the Library
backups-added-nothing = Nothing to add: the Library already has everything
backups-adding = Adding from the copy…
backups-saving = Saving a copy…
backups-copy-saved = Copy saved: { $path }
backups-copy-not-saved = The copy couldn’t be saved to { $path }: { $cause }
backups-own-folder = Choose another folder: this one holds the Library itself.
backups-unreadable = The copy can’t be read: { $cause }
backups-foreign = This file isn’t a copy of the Library.
backups-newer = A newer version of Mavi Uploader saved this copy. Update the program to use it.
backups-not-added = Not everything could be added. { $cause } Restore once more to add the rest.
# Kind of files in the file dialogs.
backups-copies = Copies of the Library
