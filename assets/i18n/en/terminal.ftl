### What the command line says: what stopped a command, and what to type next. $variable: the
### environment variable for the key, $console: the console's address.

# $cause: what the system says.
terminal-unprinted = Not everything could be printed ({ $cause }). The IDs are in the history: `mavi-uploader history` lists them.
terminal-key-as-argument = A key is not taken from the command line, where other programs can read it and the shell keeps it. Give it on standard input, or paste it when it is asked for: see `mavi-uploader key set --help`.
terminal-without-key = The file was not uploaded: there is no API key.
terminal-run-interrupted = The run was interrupted before it was done with this file.
terminal-unusable-proxy = The proxy in { $variable } can’t be understood, so memories.ai is reached without it. The proxy’s address has to look like http://proxy.example:8080.
# $why: why it is no key, in a few words.
terminal-bad-environment-key = { $variable }: { $why }. Copy the key again from { $console } and put it into { $variable }.
# $wait: what is waited for, and how long.
terminal-all-wait = { $wait }. All files wait.
# $asset: an id, $path: a file's.
terminal-not-saved = { $path }: its ID { $asset } is not saved yet: copy it.

## What `upload` needs to go on

# Added to a key's name.
terminal-ends-in = {" "}that ends in { $last4 }
# $ends: the sentence part above, or nothing. $source: where the key is from.
terminal-key-refused = memories.ai does not accept the API key{ $ends } ({ $source ->
        [environment] from { $variable }
        [keychain] from the keychain
       *[session] of this run
    }). Keys of its newer DataLake console do not work here. Make a key at { $console }, { $source ->
        [environment] put it into { $variable }
       *[keychain] save it with `mavi-uploader key set`
    }, then give the same command again.
# $keychain: a sentence that begins with a space, or nothing.
terminal-no-key = There is no API key.{ $keychain } Make a key at { $console }, then save it with `mavi-uploader key set` or put it into the environment variable { $variable }. To try the program without an account, add --sandbox.
terminal-no-balance = The balance at memories.ai is used up. Top up the balance at { $console }, then give the same command again.
terminal-account-refused = memories.ai refuses this account or this network address. Check the account at { $console }, then give the same command again.
terminal-retired = memories.ai has retired this way of uploading. Look for a newer version of this program; { $console } may say more.

## What an interrupted run has to send again. $places: of how many files a keychain would have kept
## how far the storage is.

terminal-starts-again = { $files ->
        [one] { $files } file that had been sent in part starts again from the beginning.
       *[other] { $files } files that had been sent in part start again from the beginning.
    }
terminal-starts-again-without-keychain = { $files ->
        [one] { $files } file that had been sent in part starts again from the beginning: no keychain here keeps how far the storage is.
       *[other] { $files } files that had been sent in part start again from the beginning: no keychain here keeps how far the storage is.
    }
terminal-starts-again-in-part = { $files ->
        [one] { $files } file that had been sent in part starts again from the beginning
       *[other] { $files } files that had been sent in part start again from the beginning
    }; for { $places ->
        [one] { $places } file
       *[other] { $places } files
    } because no keychain here keeps how far the storage is.

## `check` and `delete`. $asset: an ID.

terminal-sandbox-after-command = `--sandbox` goes after the command, as in `mavi-uploader upload --sandbox PATH…`. No other command takes it.
terminal-other-size = { $asset }: memories.ai holds another number of bytes than were sent.
# $wait: what is waited for, and how long.
terminal-check-waits = { $wait }.
terminal-check-unsaved = What memories.ai says of an asset can’t be saved, so the check has ended.
terminal-check-interrupted = Interrupted: { NUMBER($done) } of { NUMBER($total) } assets are checked, and the answers are saved.
terminal-sum-known = { $assets } known
terminal-sum-unknown = { $assets } unknown to memories.ai
terminal-sum-unanswered = { $assets } without an answer
terminal-sum-other-account = { $assets } of another account

# $ids: all of them, separated by commas.
terminal-would-delete = This would delete { $assets ->
        [one] { $assets } asset
       *[other] { $assets } assets
    } from memories.ai for good: { $ids }. Nothing is deleted yet: to delete, add `--yes`.
terminal-deletion-unsaved = What memories.ai says of an asset can’t be saved, so the deletion has ended.
terminal-deletion-interrupted = Interrupted: { NUMBER($done) } of { NUMBER($total) } assets are done. The rest stays at memories.ai.
# $key: "", or the last characters of a key, as in "terminal-ends-in".
terminal-deletion-other-account = it belongs to the account of another key{ $key }
terminal-deletion-uploading = it is being uploaded
terminal-sum-deleted = { $assets } deleted
terminal-sum-not-found = { $assets } not found at memories.ai
terminal-sum-not-deleted = { $assets } not deleted
terminal-sum-left-alone = { $assets } left alone

## `key`. $why: what the keychain says, in a sentence.

terminal-prompt = API key (it is not shown):{" "}
terminal-key-unreadable = The key cannot be read: { $cause }.
terminal-key-saved = The key{ $ends } is saved.
# After the sentence above.
terminal-key-unchecked = The key could not be checked: { $why }
terminal-environment-wins = As long as { $variable } is set, the key in it is used instead.
terminal-key-not-saved = The key was not saved. { $why }
terminal-without-keychain = Without a keychain, put the key into the environment variable { $variable }.
terminal-key-removed = The key is removed from the keychain.
terminal-no-key-to-remove = There was no key in the keychain.
terminal-key-not-removed = No key was removed. { $why }
# $ends: the next message, or nothing.
terminal-key-of-environment = environment ({ $variable }){ $ends }
terminal-key-of-keychain = keychain{ $ends }
terminal-key-ends = , ends in { $last4 }
# Other keys, which are used in the window. $name: the account's name.
terminal-key-of-account = In the keychain for the window: { $name }{ $ends }
terminal-key-of-unnamed-account = In the keychain for the window: another key{ $ends }
terminal-key-looks-odd = The key does not begin with sk- as keys of memories.ai do. If it is refused, make sure that you copied the whole key.
terminal-no-keychain = No keychain answers on this computer.
terminal-keychain-locked = The keychain is locked: unlock it and try again.
terminal-keychain-failed = The keychain failed ({ $cause }).
terminal-keychain-not-asked = it could not be asked

## `history` and `sandbox`

terminal-history-broken = The history cannot be read to its end: { $error }.
terminal-history-empty = Nothing was uploaded from this computer yet.
terminal-history-too-many-words = More than { NUMBER($most) } different words cannot be looked for: give fewer.
terminal-history-days = No day is both { $since } or later and { $until } or earlier: swap the two.
# $cause: a sentence.
terminal-history-only-read = { $cause } It is listed as it was last written.
terminal-history-nothing-found = Nothing in the history is like this.
terminal-port-taken = The sandbox cannot listen on port { $port }: { $error }.

## What happens to a file of `upload`: its path, and this.

terminal-file = { $path }: { $what }
terminal-duplicate = duplicate
terminal-uploaded-earlier = uploaded by an earlier run
terminal-uploaded-earlier-as = uploaded by an earlier run as { $asset }; waiting until it is processed
terminal-sent-earlier = sent by an earlier run; asking whether memories.ai has it
# $state: that the file was uploaded with another key.
terminal-sent-with-this-key = { $state }; sending it with this one
# $cause: a sentence.
terminal-retrying = { $cause } Next try in { $wait }.

# After `--label`: files that an earlier run left unfinished. $label: its label.
terminal-label-kept = { $files ->
        [one] { $files } file keeps the label of the run that began it: { $label }
       *[other] { $files } files keep the label of the run that began them: { $label }
    }

## The end of `upload`. $parts: the sums below, with commas.

terminal-done = Done: { $parts }.
terminal-interrupted = Interrupted: { $parts }. The same command goes on with what is left.
terminal-sum-ready = { $files } ready
terminal-sum-uploaded = { $files } uploaded
terminal-sum-duplicates = { $files } duplicate
terminal-sum-failed = { $files } failed
terminal-sum-stopped = { $files } not finished
terminal-sum-not-taken = { $files } not taken
terminal-sum-passed-over = { $files } passed over
