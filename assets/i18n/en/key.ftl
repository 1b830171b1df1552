### The API key: its button in the header, its dialog, its line in the settings, and the keychain.

# Title of the dialog, and name of its field and of its line in the settings.
key-title = API key
# In the key's field, and on buttons that open the dialog.
key-paste = Paste your API key
# A button, while there is no key.
key-enter = Enter a key

## The button in the header

key-button-loading = Looking for the key…
key-button-missing = No API key
key-button-refused = Key not accepted
key-button-unchecked = Key saved
# A key that no keychain holds.
key-button-not-checked = Key not checked yet
key-button-short = Key set
# $last4: the key's last characters.
key-button = Key …{ $last4 }
key-button-hint = Show or change the API key
key-menu-hint = Change the account, or its API key

## The dialog: which key is in use, and what becomes of another one

-for-session = A key that you enter here is for this session only.

key-loading = The keychain is being asked for the key; if it is locked, unlock it. You can also enter a key here.
key-loading-silent = The keychain has not answered yet; if it asks for its password, enter it there. { -for-session } If the keychain answers later, its key is used.
key-missing = Paste the key from the console of memories.ai. The key is kept in this computer’s keychain and sent to memories.ai alone.
# $last4: the key's last characters, $shown: how many there are, which is 0 for a short key.
# $check: "refused", "unchecked" or "checked". $source: where the key is from.
# $next: where a key that is entered here is kept: "session" or "keychain".
key-in-use = { $shown ->
        [0] A key is in use
       *[other] The key in use ends in { $last4 }
    }{ $check ->
        [refused] , which memories.ai doesn’t accept
        [unchecked] , not checked yet
       *[checked] {""}
    }. { $source ->
        [environment] It is from the environment (MEMORIES_API_KEY), which wins over the keychain.
        [keychain] It is kept in the keychain.
        [session] It is kept for this session only.
       *[sandbox] It is the sandbox’s own.
    } { $next ->
        [session] { -for-session }
       *[keychain] Paste another one to replace it.
    }
# $files: how many wait for the key. "Save key" is a button.
key-save-starts = { $files ->
        [one] Save key starts the upload of { $files } file.
       *[other] Save key starts the upload of { $files } files.
    }

## Accounts. $name: an account's name or its key ("Key …1234"), $last4: its key's last characters.

key-account-entry = { $name } (…{ $last4 })
key-accounts = Accounts
key-account-saved = In the keychain.
key-account-session = For this session only.
key-account-environment = From the environment (MEMORIES_API_KEY).
# The dialog for another account's key.
key-add = Add another API key
    .means = Paste the key of another account. Uploads under way go on with the key that they were started with.
# Titles of dialogs, and the name of the first one's field.
key-name-title = Name this account
key-name-field = Account name
key-name-hint = For example the client or the project
key-join-title = This is the same account as…
    .means = After a key was renewed, tell here which account it belongs to: { $name }. The assets of both then count as one account’s. This can’t be undone.
key-other-rejected = memories.ai doesn’t accept the API key of { $name } any more. What was started with it is paused.
key-account-gone = The keychain no longer holds that key. Add it again.
# At the start. $last4: the last characters of the key now in use, $shown: how many there are,
# which is 0 for a short key.
key-other-used = The keychain no longer holds the key that you used last. { $shown ->
        [0] Another account’s key is in use now.
       *[other] The key in use now ends in { $last4 }.
    }
# $why: what is wrong with the keychain, in a sentence.
key-not-switched = { $why } The account was not changed.

## The dialog: its buttons, and what is going on

key-try-without = Try without one
key-cancel = Cancel
key-keep = Keep it
key-paste-first = Paste a key first
key-asking = Asking memories.ai about this key…
key-saving = Saving the key in the keychain…

## What is wrong with an entered key, and what to do

key-empty = There is no key in the field. Paste the one from the console.
key-characters = This is no API key: it holds characters that a key can’t have. Copy the key alone, and paste it again.
key-long = This is no API key: it is longer than a key can be. Copy the key alone, and paste it again.
# Shorter, for the banner on the environment's key.
key-reason-empty = no key was given
key-reason-characters = the text holds characters that an API key cannot have
key-reason-long = the text is longer than an API key can be
# Added to it for a key of another form.
key-looks-odd = It doesn’t begin with sk- as keys of memories.ai do; make sure that you copied the whole key.
# $why: a sentence.
key-refused = memories.ai doesn’t accept this key. { $why }

## What became of an entered key. $why: a fault's title.

key-saved = Key saved in the keychain.
key-taken = Key taken for this session.
key-unchecked = The key could not be checked.
key-unchecked-because = The key could not be checked: { $why }.
key-known = memories.ai knows the key, but: { $why }.

## What is wrong with the keychain

-no-keychain = No keychain answers on this computer.

key-no-keychain = { -no-keychain }
# Where a keychain is a program that can be installed.
key-no-keychain-here = { -no-keychain } To have one, install gnome-keyring, or KeePassXC with its Secret Service switched on.
key-keychain-locked = The keychain is locked.
key-keychain-denied = The keychain did not allow access to the key. Allow it when you are asked.
key-keychain-holds-none = What the keychain holds is not an API key. Enter the key again.
key-keychain-failed = The keychain does not work as it should. Sign out of this computer and in again; what it said is in the log.
key-keychain-silent = The keychain has not answered yet.

## The line in the settings

key-state-loading = The keychain is being asked.
key-state-missing = None yet.
# As of `key-in-use`.
key-state = { $shown ->
        [0] A key{" "}
       *[other] Ends in { $last4 },{" "}
    }{ $source ->
        [environment] from the environment (MEMORIES_API_KEY)
        [keychain] in the keychain
        [session] for this session only
       *[sandbox] the sandbox’s own
    }{ $check ->
        [refused] ; not accepted
        [unchecked] ; not checked yet
       *[checked] {""}
    }.
key-state-sandbox = The sandbox’s own. Yours is not used here.

## Removing the key

# $name: an account's name or its key.
key-remove-of = Remove the API key of { $name }?
key-remove = Remove the API key?
    .means = The key is removed from this computer only, and stays valid at memories.ai. Uploads under way go on; to start another, you need a key again.
key-removed = API key removed from the keychain.
# $why: what is wrong with the keychain, in a sentence.
key-stays = { $why } The API key was not removed.
