-- Version 3 of the history: what is known of API keys, without the keys themselves.

-- The keys that a service took. Keys that turned out to be of one account share `account`,
-- the fingerprint of one of them.
CREATE TABLE accounts (
    base_url    TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    last4       TEXT NOT NULL,
    account     TEXT NOT NULL,
    PRIMARY KEY (base_url, fingerprint)
) STRICT;
