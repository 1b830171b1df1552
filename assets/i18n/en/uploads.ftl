### A batch: what the window's title, a toast, a notification and a screen reader say of it.

# On the window.
batch-title = { NUMBER($percent) } % · { NUMBER($done) } of { NUMBER($batch) } – { -program }

## The end of a batch. $ends: such as "3 files ready, 1 duplicate"; its parts are those of the
## status bar.

batch-done = Done: { $ends }.
batch-done-without-sending = Done: { $ends }, nothing was sent.
# Title of a notification. $failed, $got: how many files failed and how many got an id.
batch-ended = { $failed ->
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
batch-ends = { $ends }.
batch-ready-at = { $files ->
        [one] { $files } file ready at { $service }
       *[other] { $files } files ready at { $service }
    }

## For screen readers. $status: a status word.

batch-file = { $file }: { $status }.
batch-files = { $files ->
        [one] { $files } file: { $status }.
       *[other] { $files } files: { $status }.
    }
batch-so-far = { NUMBER($percent) } % uploaded, { NUMBER($done) } of { NUMBER($batch) } done.
