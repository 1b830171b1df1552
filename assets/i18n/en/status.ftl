### Status words, and notes that both front ends add to a file.

status-checking = Checking
status-settling = Still being written
status-rejected = Can’t upload
status-ready-to-upload = Ready to upload
status-queued = Queued
status-uploading = Uploading
status-finishing = Finishing…
status-waiting = Waiting
status-processing = Processing
status-other-key = Other key
status-ready = Ready
status-failed = Failed
status-deleted = Deleted
status-paused = Paused
status-cancelled = Cancelled
status-duplicate = Duplicate

## Notes on an accepted file

status-unknown-content = content not recognised; the file is taken for what its name says
status-may-be-too-large = above 5 GB: { $service } may refuse it
status-in-cloud = in the cloud only: uploading fetches it first

## A file that was sent with another key. $last4: the key's last characters.

status-other-key-in-full = Uploaded with another API key (…{ $last4 })
status-other-key-unknown = Uploaded with another API key
