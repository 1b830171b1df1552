### Showing where a missing file is now. $name: the name of the file that was chosen.

located-no-dialog = This desktop has no file dialog that the program can open. Bring the file back to where it was, or drop it on the window as a new one.

# $why: why the file is refused, and what to do, in sentences.
located-refused = { $name } can’t be uploaded. { $why }
located-in-the-list = { $name } is in the list already, as a file of its own.
located-larger = { $name } is not the file that was added: it is { $bytes ->
        [one] { $bytes } byte
       *[other] { $bytes } bytes
    } larger.
located-smaller = { $name } is not the file that was added: it is { $bytes ->
        [one] { $bytes } byte
       *[other] { $bytes } bytes
    } smaller.
# $chosen, $gone: the two sizes.
located-other-size = { $name } is not the file that was added: it is { $chosen }, not { $gone }.
located-other-content = { $name } is not the file that was added: its content is another.
