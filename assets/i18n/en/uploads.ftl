### All uploads from the first start to the last end: what the window's title, a toast, a
### notification and a screen reader say of them. $all: how many files were started.

# On the window.
uploads-title = { NUMBER($percent) } % · { NUMBER($done) } of { NUMBER($all) } – { -program }

## Their end. $ends: such as "3 files ready, 1 duplicate"; its parts are those of the
## status bar.

uploads-done = Done: { $ends }.
uploads-done-without-sending = Done: { $ends }, nothing was sent.
# $copied: such as "3 IDs copied."; the user has asked for this in the settings.
uploads-and-copied = { $ends } { $copied }
# Title of a notification. $failed, $got: how many files failed and how many got an id.
uploads-ended = { $failed ->
        [0] Uploads finished
        [one] { $got ->
            [0] Upload not finished
           *[other] Uploads finished, one not
        }
       *[other] { $got ->
            [0] Uploads not finished
           *[other] Uploads finished, some not
        }
    }
# Text of the notification.
uploads-ends = { $ends }.
uploads-ready-at = { $files ->
        [one] { $files } file ready at { $service }
       *[other] { $files } files ready at { $service }
    }

## For screen readers. $status: a status word.

uploads-file = { $file }: { $status }.
uploads-files = { $files ->
        [one] { $files } file: { $status }.
       *[other] { $files } files: { $status }.
    }
uploads-so-far = { NUMBER($percent) } % uploaded, { NUMBER($done) } of { NUMBER($all) } done.
