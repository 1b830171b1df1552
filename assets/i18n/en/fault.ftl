### What went wrong with an upload: a title without a full stop, the cause, and what to do.
### A cause also stands alone, so no sentence begins with "It".

-check-connection = Check the internet connection, then try again.
-wait = Wait a little, then try again.
-ask-the-network = Sign in to the network in a browser, or ask who runs it, then try again.
-ask-support = Try again; if that does not help, copy the details and ask the service’s support.
-may-be-twice = Try again; the file may then be stored twice.

fault-offline = { $service-first } can’t be reached
    .cause = There is no connection to the service.
    .next = { -check-connection }

fault-tls = No secure connection
    .cause = The service’s certificate was not accepted. Usual reasons are a company proxy, an antivirus program or a wrong clock.
    .next = Check the computer’s date and time and its proxy, then try again.

fault-proxy = The proxy doesn’t let the upload through
    .cause = This computer reaches the internet through a proxy, which asks for a name and a password or can’t reach { $service }.
    .next = Check the proxy in the computer’s network settings, then try again.

fault-broken-in-body = The connection broke
    .cause = The connection ended before the whole file was sent.
    .next = { -check-connection }

fault-lost-answer = The answer was lost
    .cause = The whole file was sent, but the connection broke before the service answered. The file may be stored there.
    .next = { -may-be-twice }

fault-stalled = The upload stood still
    .cause = No data moved for { NUMBER($seconds) } seconds.
    .next = { -check-connection }

fault-no-answer = The service did not answer
    .cause = The whole file was sent, and no answer came in time. The file may be stored there.
    .next = { -may-be-twice }

fault-bad-answer = The answer can’t be understood
    .cause = The service, or something between here and there, sent an answer that makes no sense.
    .next = { -wait }

fault-web-page = A web page answered instead of the service
    .cause = This is usually the sign-in page of a hotel, train or company network.
    .next = { -ask-the-network }

fault-blocked = A firewall, a proxy or a sign-in page blocks the upload
    .cause = A web page came instead of the service’s answer: that of a firewall, a proxy or a network’s sign-in.
    .next = { -ask-the-network }

fault-answer-too-large = The answer was far too long
    .cause = Something between here and the service sent more than an answer can be.
    .next = { -ask-the-network }

fault-redirect = The service was redirected
    .cause = Something redirects the upload to another address. The program does not follow, to keep the file and the key safe.
    .next = { -ask-the-network }

fault-rate-limited = { $service-first } asks us to slow down
    .cause = There were too many requests in a short time, perhaps from other programs with the same key.
    .next = { -wait }

fault-rate-limited-or-invalid = { $service-first } says that a limit is exceeded
    .cause = Either there were too many requests, or the service doesn’t take a file like this one.
    .next = Wait a little and try again; if that does not help, try a shorter or smaller file.

fault-bad-request = { $service-first } doesn’t take this file
    .cause = The service called the request wrong.
    .next = Try another file; if every one fails, copy the details and ask the service’s support.

fault-unauthorized = The API key is not accepted
    .cause = The key is wrong, revoked, or one of { $service }’s newer DataLake console, whose keys don’t work here.
    .next = Enter another key.

fault-insufficient-balance = The balance is used up
    .cause = The account has no credit left for this.
    .next = Top up the balance in the console, then try again.

fault-forbidden = The account may not do this
    .cause = The account is disabled, or may not be used from this network address.
    .next = Check the account in the console, then try again.

fault-retired = { $service-first } has retired this way of uploading
    .cause = The service no longer answers the calls that this version of the program makes.
    .next = Look for a newer version of this program; the console may say more.

# $words: what the service says, in English.
fault-service-says = The service says: “{ $words }”.

fault-conflict = { $service-first } is busy with this file
    .cause = The service says that the same thing is under way already.
    .next = { -wait }

fault-too-large-for-direct = Too large for this way
    .cause = The service refused the file’s size on the direct way.
    .next = Try again; the file then takes the way for large files.

fault-unsupported-media = { $service-first } doesn’t take this format
    .cause = The service looked at the file and refused its format.
    .next = Export the file as MP4, MP3 or JPG and add that one.

fault-server-error = { $service-first } has a problem
    .cause = The service reported an error of its own.
    .next = { -wait }

fault-storage-refused = The storage refused the file
    .cause = The storage that { $service } named did not take the file.
    .next = { -ask-support }

fault-expired-url = The upload took too long to start
    .cause = The place that { $service } had reserved for the file was given up.
    .next = Try again; a new place is reserved.

fault-processing-failed = { $service-first } could not process the file
    .cause = The file was uploaded, and the service gave up on it twice.
    .next = Play the file to see that it is whole, or export it again, then try again.

fault-asset-missing = { $service-first } no longer knows the file
    .cause = The service gave the file an ID, and then said that there is no such asset.
    .next = Upload it again: the program first asks whether { $service } has it by now.

fault-asset-deleted = Deleted from { $service }
    .cause = You had it deleted. { $service-first } no longer has the file, and the ID is of no use any more.
    .next = Upload the file again to get a new ID.

fault-size-mismatch = { $service-first } holds another size
    .cause = The service reports a size that is not this file’s, so something was lost or added on the way.
    .next = Upload the file again; the first ID is kept in the history.

fault-still-processing = Still being processed
    .cause = The file is at { $service }, which is still working on it.
    .next = Check again later.

fault-file-changed = The file changed
    .cause = The file was changed after it had been checked, while it was being uploaded.
    .next = Wait until nothing writes to it, then try again.

fault-file-gone = The file is not there any more
    .cause = The file was moved or deleted, or its drive was removed.
    .next = Reconnect the drive or locate the file.

fault-unreadable = The file can’t be read
    .cause = The system refused to read the file.
    .next = Check the file’s permissions and its drive, then try again.

fault-not-saved = Nothing can be saved
    .cause = The upload’s record can’t be written, so the upload was not started.
    .next = Put right what is said of the history, then try again.

fault-cancelled = Cancelled
    .cause = You cancelled this upload.
    .next = Try again to upload the file after all.

## What the whole queue waits for: $title is a fault's.

fault-next-try = { $title }; next try in { $wait }
fault-trying-again = { $title }; trying again

## Names of technical details, for whoever asks for support.

fault-detail-kind = Kind
fault-detail-call = Call
fault-detail-http-status = HTTP status
fault-detail-code = Code
fault-detail-message = Message
fault-detail-request-id = Request ID
fault-detail-tries = Tries
fault-detail-began = Began
fault-detail-failed = Failed
fault-detail-causes = Causes
