-- Version 1 of the history. Never edited once shipped: later versions are later files.

-- Numbers that are never given twice.
CREATE TABLE counters (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT;
INSERT INTO counters (name, value) VALUES ('next_item', 1);

-- What the service gave. Nothing deletes from here but the person.
CREATE TABLE assets (
    id             INTEGER PRIMARY KEY,
    base_url       TEXT NOT NULL,
    asset_id       TEXT NOT NULL,
    item           INTEGER,
    account        TEXT NOT NULL,
    name           TEXT NOT NULL,
    path           BLOB NOT NULL,
    size           INTEGER NOT NULL,
    content        TEXT,
    upload_status  TEXT,
    uploaded_at_ms INTEGER NOT NULL,
    note           TEXT,
    search         TEXT NOT NULL,
    UNIQUE (base_url, asset_id)
) STRICT;
CREATE INDEX assets_by_size ON assets (base_url, account, size);
CREATE INDEX assets_by_content ON assets (base_url, account, content);
CREATE INDEX assets_by_time ON assets (uploaded_at_ms);

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
    base_url      TEXT
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

-- When the service last took a key.
CREATE TABLE good_keys (
    account  TEXT NOT NULL,
    base_url TEXT NOT NULL,
    at_ms    INTEGER NOT NULL,
    PRIMARY KEY (account, base_url)
) STRICT;
