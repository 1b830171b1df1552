### Where files go: the service, or the sandbox inside this program. Messages name it with
### $service, and with $service-first at the beginning of a sentence.

place-service = memories.ai
    .first = memories.ai
place-sandbox = the sandbox
    .first = The sandbox
