### Deleting assets from memories.ai.

## The question

deletion-ask = Delete { $assets ->
        [one] this asset
       *[other] { $assets } assets
    } from memories.ai?
# $names: the first files, $others: how many more.
deletion-names = { $others ->
        [0] { $names }
        [one] { $names } and { $others } other
       *[other] { $names } and { $others } others
    }
# $cost: such as "≈ $0.40 a month".
deletion-saves = { $assets ->
        [one] Deleting it saves { $cost }. It can’t be undone: its ID stops working for everyone who has it.
       *[other] Deleting these saves { $cost }. It can’t be undone: their IDs stop working for everyone who has them.
    } Files on this computer stay.
deletion-type-count = Type { NUMBER($assets) } to confirm
deletion-confirm = { $assets ->
        [one] Delete
       *[other] Delete { $assets } assets
    }
deletion-keep = Keep
deletion-nothing = Nothing to delete

## Chosen assets that stay

deletion-uploading = { $assets ->
        [one] { $assets } is still uploading and stays.
       *[other] { $assets } are still uploading and stay.
    }
deletion-elsewhere = { $assets ->
        [one] { $assets } belongs to another account and stays.
       *[other] { $assets } belong to another account and stay.
    }
deletion-already-gone = { $assets ->
        [one] { $assets } is no longer at memories.ai.
       *[other] { $assets } are no longer at memories.ai.
    }

## Commands

deletion-delete = Delete from memories.ai…
    .hint = Delete it from memories.ai for good; the file on this computer stays
deletion-confirm-delete = Delete
    .hint = Delete from memories.ai for good
deletion-stop = Stop deleting
    .hint = Keep the rest; deleted assets stay deleted
deletion-resume = Delete
    .hint = Delete the rest from memories.ai for good
deletion-forget = Keep
    .hint = Keep the rest at memories.ai

## Progress and outcome

deletion-under-way = { $done } of { $total } deleted
# $unknown: how many memories.ai no longer had, $failed: how many it did not confirm,
# $others: how many belong to another account or are being uploaded.
deletion-done = { $assets ->
        [one] { $assets } asset deleted from memories.ai
       *[other] { $assets } assets deleted from memories.ai
    }{ $unknown ->
        [0] {""}
       *[other] ; { $unknown } no longer there
    }{ $failed ->
        [0] {""}
       *[other] ; { $failed } not deleted
    }{ $others ->
        [0] {""}
       *[other] ; { $others } passed over
    }.

# $assets: what an earlier run left; after "Stop deleting", the rest stays.
deletion-remaining = { $assets ->
        [one] Delete the remaining asset from memories.ai? An earlier deletion stopped before it.
       *[other] Delete the remaining { $assets } assets from memories.ai? An earlier deletion stopped before them.
    }
