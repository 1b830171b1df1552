### Banners above the list.

## What the queue needs from the user: a title without a full stop, and what to do.

banner-needs-paused = Uploads are paused; no file has failed.
banner-needs-key = { $service-first } doesn’t accept the API key
    .next = Enter another key to go on.
banner-needs-balance = The balance at { $service } is used up
    .next = Top up the balance in the console, then go on.
banner-needs-account = { $service-first } refuses this account or this network address
    .next = Check the account in the console, then go on.
# $title: one of the titles above, $cause and $next: sentences.
banner-needs-in-full = { $title }. { $cause } { $next }

## The sandbox

-sandbox = Sandbox: nothing leaves this computer

# $files: how many the account's list has.
banner-sandbox = { $files ->
        [0] { -sandbox }
        [one] { -sandbox }. The file of your account’s list waits there.
       *[other] { -sandbox }. The { $files } files of your account’s list wait there.
    }
# In a program that was started on a sandbox.
banner-sandbox-alone = { -sandbox }. Close the window to end it.

## The connection

banner-offline = { $service-first } can’t be reached. Uploads resume automatically as soon as it can.
banner-offline-paused = { $service-first } can’t be reached. All uploads are paused.
# While the queue needs something from the user.
banner-offline-held = { $service-first } can’t be reached.
# $why: why the queue waits, without a full stop.
banner-waits = { $why }.

## Uploads of an earlier run

banner-interrupted = { $uploads ->
        [one] { $uploads } upload was interrupted.
       *[other] { $uploads } uploads were interrupted.
    }

## The key

banner-key-needed = An API key is needed to upload.
banner-enter-key-for-session = Enter a key for this session
banner-environment-key-refused = memories.ai doesn’t accept the API key in the environment (MEMORIES_API_KEY). Keys of its newer DataLake console don’t work here. Correct it there, or enter one for this session.
# $why: why it is no key, in a few words.
banner-environment-key = The API key in the environment (MEMORIES_API_KEY) can’t be used: { $why }. Correct it there, or enter one here.
banner-environment-key-odd = The API key in the environment (MEMORIES_API_KEY) doesn’t begin with sk- as keys of memories.ai do. If uploads are refused, correct it there, or enter one here.
# $why: what is wrong with the keychain, in a sentence.
banner-keychain = { $why } A key that the keychain may hold can’t be read.
banner-session-only = { $why } The API key is kept for this session only.
banner-keychain-silent = The keychain has not answered yet. If it asks for its password, enter it there.

## Files that come in

banner-walking = Looking for files: { NUMBER($files) } found…
banner-passed-over = { $items ->
        [one] { $items } item in folders passed over: other formats, system folders, or links to a folder above.
       *[other] { $items } items in folders passed over: other formats, system folders, or links to a folder above.
    }
banner-already-listed = { $files ->
        [one] { $files } file was already in the list.
       *[other] { $files } files were already in the list.
    }
# Buttons that show the files that can't be uploaded.
banner-show-one = Show it
banner-show-all = Show them
banner-no-drop = This desktop does not let files be dropped here. Choose or paste them instead.

## The settings file. $cause: why it can't be used.

banner-settings-unreadable = The settings in { $path } cannot be read: { $cause }. The defaults apply.
# $kept: its new name.
banner-settings-damaged = The settings in { $path } cannot be understood ({ $cause }). The defaults apply; the file was kept as { $kept }.
# $why: why it can't be renamed.
banner-settings-not-set-aside = The settings in { $path } cannot be understood ({ $cause }), nor set aside ({ $why }). The defaults apply.
# $name: of a setting. $value: the one in the file.
banner-settings-invalid = The setting "{ $name }" cannot be { $value }; its default applies.
