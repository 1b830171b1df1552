-- Version 2 of the history: what goes on over a restart in the storage step.

-- Which flavour of the storage step worked at which storage host.
CREATE TABLE flavours (
    host    TEXT NOT NULL,
    kind    TEXT NOT NULL,
    flavour TEXT NOT NULL,
    PRIMARY KEY (host, kind)
) STRICT;

-- Uploads of which the keychain holds a session, or may. The session itself is a secret,
-- and never here.
CREATE TABLE sessions (
    base_url TEXT NOT NULL,
    asset_id TEXT NOT NULL,
    at_ms    INTEGER NOT NULL,
    PRIMARY KEY (base_url, asset_id)
) STRICT;
