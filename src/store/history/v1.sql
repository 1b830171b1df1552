-- Version 1 of the history. Never edited once released: later versions are later files.

-- Numbers that are never given twice.
CREATE TABLE counters (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT;
INSERT INTO counters (name, value) VALUES ('next_item', 1);

-- What the service gave. Nothing deletes from here but the user.
CREATE TABLE assets (
    -- Never given to another asset, since readers hold it.
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    base_url       TEXT NOT NULL,
    asset_id       TEXT NOT NULL,
    item           INTEGER,
    account        TEXT NOT NULL,
    name           TEXT NOT NULL,
    path           BLOB NOT NULL,
    size           INTEGER NOT NULL,
    content        TEXT,
    upload_status  TEXT,
    -- NULL for an imported asset of which neither the list nor the service said it.
    uploaded_at_ms INTEGER,
    remark         TEXT,
    note           TEXT,
    batch          INTEGER,
    kind           TEXT,
    duration_ms    INTEGER,
    width          INTEGER,
    height         INTEGER,
    captured_at    TEXT,
    has_location   INTEGER,
    deleted_at_ms  INTEGER,
    route          TEXT,
    tries          INTEGER,
    -- The service's metadata as last seen, as JSON.
    service        TEXT,
    search         TEXT NOT NULL,
    UNIQUE (base_url, asset_id)
) STRICT;
CREATE INDEX assets_by_size ON assets (base_url, account, size);
-- For no query: the check at opening compares it with the table, and so finds a damaged hash.
CREATE INDEX assets_by_content ON assets (base_url, account, content);
-- The Library's usual order, without looking at the rows.
CREATE INDEX assets_by_time ON assets (uploaded_at_ms) WHERE upload_status IS NOT NULL;
CREATE INDEX assets_by_batch ON assets (batch);

-- Assets that the user wants deleted from the service, which has not confirmed it yet.
CREATE TABLE deletions (
    base_url TEXT NOT NULL,
    asset_id TEXT NOT NULL,
    at_ms    INTEGER NOT NULL,
    PRIMARY KEY (base_url, asset_id)
) STRICT;

-- Files that were added in one go. A batch outlives its rows and assets.
CREATE TABLE batches (
    id            INTEGER PRIMARY KEY,
    label         TEXT NOT NULL,
    note          TEXT,
    created_at_ms INTEGER NOT NULL,
    other_files   INTEGER NOT NULL,
    -- Numbers of skipped files that are not named, as JSON by their kinds.
    unnamed_files TEXT,
    search        TEXT NOT NULL
) STRICT;
CREATE INDEX batches_by_label ON batches (label);

-- Files in the folders of a batch that the service does not take.
CREATE TABLE skipped_files (
    id    INTEGER PRIMARY KEY,
    batch INTEGER NOT NULL,
    path  BLOB NOT NULL,
    kind  TEXT NOT NULL
) STRICT;
CREATE INDEX skipped_files_by_batch ON skipped_files (batch);

-- The queue: one row a file that has not left the list.
CREATE TABLE items (
    id            INTEGER PRIMARY KEY,
    run           TEXT NOT NULL,
    path          BLOB NOT NULL,
    given         TEXT,
    position      INTEGER NOT NULL,
    size          INTEGER,
    modified_ns   INTEGER,
    state         TEXT NOT NULL,
    added_at_ms   INTEGER NOT NULL,
    changed_at_ms INTEGER NOT NULL,
    account       TEXT,
    base_url      TEXT,
    batch         INTEGER,
    metadata      TEXT
) STRICT;
CREATE INDEX items_by_path ON items (path);

-- Rows of the queue that a program could not understand.
CREATE TABLE damaged_items (
    id    INTEGER PRIMARY KEY,
    run   TEXT NOT NULL,
    path  BLOB NOT NULL,
    state TEXT NOT NULL,
    why   TEXT NOT NULL
) STRICT;

-- When the service last accepted a key.
CREATE TABLE good_keys (
    account  TEXT NOT NULL,
    base_url TEXT NOT NULL,
    at_ms    INTEGER NOT NULL,
    PRIMARY KEY (account, base_url)
) STRICT;

-- API keys that a service accepted, without the keys themselves. Keys that turned out to be of one
-- account share `account`, the fingerprint of one of them.
CREATE TABLE accounts (
    base_url    TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    last4       TEXT NOT NULL,
    name        TEXT,
    account     TEXT NOT NULL,
    PRIMARY KEY (base_url, fingerprint)
) STRICT;

-- Storage protocols that worked, by storage host and kind of signed URL.
CREATE TABLE storage_protocols (
    host     TEXT NOT NULL,
    kind     TEXT NOT NULL,
    protocol TEXT NOT NULL,
    PRIMARY KEY (host, kind)
) STRICT;

-- Uploads whose session the keychain holds, or may. The session itself is a secret, and never here.
CREATE TABLE sessions (
    base_url TEXT NOT NULL,
    asset_id TEXT NOT NULL,
    at_ms    INTEGER NOT NULL,
    PRIMARY KEY (base_url, asset_id)
) STRICT;
