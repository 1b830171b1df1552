### The report: one HTML file to read, print or hand on.

# The language of these words, by its code.
report-language = en
report-library = Library
report-selection = Selected files
# $size: such as "212 GB".
report-summary = { $files ->
        [one] { $files } file
       *[other] { $files } files
    } · { $size } · { NUMBER($ready) } ready{ $problems ->
        [0] {""}
       *[other] {" "}· { $problems } skipped or failed
    }
# $day: such as "28 November 2026".
report-added = Added on { $day }
report-files = Files
report-problems = Skipped or failed
report-folder = Folder
report-path = Location
report-size = Size
report-duration = Duration
report-uploaded = Uploaded
report-note = Note
report-label = Batch
report-id = ID
report-blake3 = BLAKE3
report-ready = Ready · size confirmed by { $service }
report-processing-failed = { $service-first } couldn’t process this file.
report-wrong-size = { $service-first } holds a different number of bytes than this computer sent.
report-gone = { $service-first } no longer finds this asset.
report-ignored = These need no upload.
# $time: such as "2026-11-28 16:04 (UTC+08:00)".
report-made = Made by Mavi Uploader on { $time }.
report-meaning = BLAKE3 is computed on the computer that sent the file. { $service-first } confirms at most the size.
