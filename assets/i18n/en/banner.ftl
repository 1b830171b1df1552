### Banners above the list.

## What the queue needs from the user: a title without a full stop, and what to do.

banner-needs-paused = Uploads are paused; no file has failed.
banner-needs-key = { $service-first } doesn’t accept the API key
    .next = Enter another key to go on.
banner-needs-balance = The balance at { $service } is used up
    .next = Top up the balance in the console, then go on.
banner-needs-account = { $service-first } refuses this account or this network address
    .next = Check the account in the console, then go on.
