### Skipped files: what a folder held that is not taken.

skipped-title = Skipped files in “{ $label }”
# Above the list. $files: such as "3 camera originals (R3D, MXF), 1 photo (HEIC)".
skipped-summary = Not uploaded: { $files }.
skipped-other-files = { $files ->
        [one] And { $files } other file, such as a system file or a sidecar.
       *[other] And { $files } other files, such as system files and sidecars.
    }
skipped-copied = List of skipped files copied.
# For screen readers.
skipped-announced = { $files ->
        [one] { $files } file was skipped.
       *[other] { $files } files were skipped.
    }

# After the files of a kind that are named.
skipped-unnamed = { $files ->
        [one] And { $files } more, which isn’t named here.
       *[other] And { $files } more, which aren’t named here.
    }

## Kinds of files, each with what to do

# $formats: such as "R3D, MXF".
skipped-with-formats = { $files } ({ $formats })
skipped-camera-originals = { $files ->
        [one] { $files } camera original
       *[other] { $files } camera originals
    }
skipped-camera-advice = Export them as MP4 or MOV in your editing program, then add those.
skipped-photos = { $files ->
        [one] { $files } photo
       *[other] { $files } photos
    }
skipped-photo-advice = Save them as JPG, PNG or TIFF, then add those.
skipped-other-media = { $files ->
        [one] { $files } other media file
       *[other] { $files } other media files
    }
skipped-other-media-advice = Convert them to a format that memories.ai takes, such as MP4, MP3 or JPG.
skipped-documents = { $files ->
        [one] { $files } document
       *[other] { $files } documents
    }
skipped-document-advice = memories.ai takes videos, audio and images only.
