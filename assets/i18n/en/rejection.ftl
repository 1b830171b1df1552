### Why a file is refused: what is wrong, its cause, and what to do.

# $format: an ending in capitals, such as "HEIC".
rejection-unsupported-format = Not a supported format
rejection-no-ending = The file’s name has no ending that tells its format.
rejection-not-supported = { $format } files are not supported.
rejection-convert = Convert the file to { $format } and add it again.
rejection-add-another = Add a video, a sound or an image instead.

# $content: the name of a format, in English.
rejection-content-mismatch = This is no { $format } file
    .cause = The file’s name ends in .{ $extension }, but its content is: { $content }.
rejection-rename = Rename the file to end in .{ $extension } and add it again.
rejection-export-again = Export the file again as a video, a sound or an image.

rejection-not-recognised = The content isn’t recognised
    .cause = The file’s name ends in .{ $extension }, but its content isn’t recognised as { $format }.
    .next = Check that the file opens on this computer, or upload it anyway.
    .next-command = Check that the file opens on this computer, or upload it anyway with --force.

rejection-empty = The file is empty
    .cause = The file holds no data at all.
    .next = Export or copy the file again, then try again.

rejection-too-large = The file is too large
    .cause = This file is { $size }. The service takes files up to 5 GB.
    .next = Split or compress the file.

# $cause: what the system says.
rejection-unreadable = The system says: { $cause }.

rejection-not-a-file = This is not a regular file
    .cause = This is a pipe, a device or a link to one, and has no content of its own.
    .next = Add the media file itself.

rejection-not-found = The file is not there
    .cause = The file was moved, renamed or deleted, or its drive is not connected.
    .next = Bring the file back or reconnect the drive, then try again.
