-- The file side's tables. Times are milliseconds since the epoch, bank clock; lists are JSON.
CREATE TABLE IF NOT EXISTS uploads (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    upload_id TEXT NOT NULL UNIQUE,
    message TEXT NOT NULL,            -- pain.001.001.09; empty when it could not be read
    message_id TEXT NOT NULL,
    created TEXT NOT NULL,            -- CreDtTm as the file has it
    initiator TEXT NOT NULL,
    uploaded_ms INTEGER NOT NULL,
    content BLOB NOT NULL,
    content_hash TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('waiting', 'released', 'refused')),
    orders INTEGER NOT NULL,
    control_sum TEXT NOT NULL,
    reasons TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS uploads_by_message ON uploads (message_id);

CREATE TABLE IF NOT EXISTS upload_orders (
    upload_id TEXT NOT NULL REFERENCES uploads (upload_id),
    position INTEGER NOT NULL,
    payment_information_id TEXT NOT NULL,
    instruction_id TEXT NOT NULL,
    end_to_end_id TEXT NOT NULL,
    uetr TEXT NOT NULL,
    product TEXT NOT NULL,
    debtor_iban TEXT NOT NULL,
    creditor_name TEXT NOT NULL,
    creditor_account TEXT NOT NULL,
    amount TEXT NOT NULL,             -- as written
    currency TEXT NOT NULL,
    remittance TEXT NOT NULL,
    execution_date TEXT NOT NULL,
    details TEXT NOT NULL,            -- the whole order, JSON
    name_check TEXT NOT NULL,         -- MTCH, CMTC, NMTC, NOAP, or nothing
    matched_name TEXT NOT NULL,
    reasons TEXT NOT NULL,
    payment_id TEXT,
    PRIMARY KEY (upload_id, position)
) STRICT;
CREATE INDEX IF NOT EXISTS upload_orders_by_payment ON upload_orders (payment_id);
CREATE INDEX IF NOT EXISTS upload_orders_by_end_to_end ON upload_orders (end_to_end_id);

-- What waits to be fetched: reports and answers, never changed once they are there.
CREATE TABLE IF NOT EXISTS documents (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    document_id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    upload_id TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    says TEXT NOT NULL,               -- the statuses it reports: nothing new, no new report
    content BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS documents_by_upload ON documents (upload_id, seq);

-- What a person typed into the bank's own app, as its page shows it (JSON).
CREATE TABLE IF NOT EXISTS app_payments (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    app_payment_id TEXT NOT NULL UNIQUE,
    created_ms INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('waiting', 'confirmed', 'refused')),
    page TEXT NOT NULL,
    payment_id TEXT
) STRICT;

-- Settled payments that come back: planned, and then an entry.
CREATE TABLE IF NOT EXISTS payment_returns (
    payment_id TEXT PRIMARY KEY,
    code TEXT NOT NULL,               -- ExternalReturnReason1Code
    due_ms INTEGER NOT NULL,
    entry_id TEXT                     -- NULL: not back yet
) STRICT;
CREATE INDEX IF NOT EXISTS payment_returns_by_entry ON payment_returns (entry_id);

-- What a cancellation request asks for, transaction by transaction.
CREATE TABLE IF NOT EXISTS recalls (
    upload_id TEXT NOT NULL REFERENCES uploads (upload_id),
    position INTEGER NOT NULL,
    cancellation_id TEXT NOT NULL,
    original_message_id TEXT NOT NULL,
    payment_information_id TEXT NOT NULL,
    instruction_id TEXT NOT NULL,
    end_to_end_id TEXT NOT NULL,
    uetr TEXT NOT NULL,
    reason_code TEXT NOT NULL,
    order_upload_id TEXT,             -- the order it means; NULL: the bank has none
    order_position INTEGER,
    status TEXT NOT NULL CHECK (status IN ('RCVD', 'ACCR', 'RJCR', 'PDCR')),
    answer_code TEXT NOT NULL,
    PRIMARY KEY (upload_id, position)
) STRICT;
