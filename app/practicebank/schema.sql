-- The bank's tables. Amounts are minor units; times are milliseconds since the epoch, bank clock.
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

CREATE TABLE IF NOT EXISTS accounts (
    resource_id TEXT PRIMARY KEY,
    iban TEXT NOT NULL UNIQUE,
    currency TEXT NOT NULL,
    name TEXT NOT NULL,
    product TEXT NOT NULL,
    owner TEXT NOT NULL,
    position INTEGER NOT NULL,
    opening_minor INTEGER NOT NULL,   -- when the world was made, after its history
    booked_minor INTEGER NOT NULL,
    reserved_minor INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE IF NOT EXISTS entries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    entry_id TEXT NOT NULL UNIQUE,
    resource_id TEXT NOT NULL REFERENCES accounts (resource_id),
    state TEXT NOT NULL CHECK (state IN ('booked', 'pending', 'released')),
    booking_date TEXT NOT NULL,
    value_date TEXT NOT NULL,
    amount_minor INTEGER NOT NULL,    -- negative: money that left
    currency TEXT NOT NULL,
    counter_name TEXT NOT NULL,
    counter_iban TEXT,
    counter_bic TEXT,
    remittance TEXT NOT NULL,
    end_to_end_id TEXT,
    code TEXT NOT NULL,
    payment_id TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS entries_by_day ON entries (resource_id, state, booking_date, seq);
CREATE INDEX IF NOT EXISTS entries_by_payment ON entries (payment_id);

CREATE TABLE IF NOT EXISTS payments (
    payment_id TEXT PRIMARY KEY,
    product TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    x_request_id TEXT NOT NULL,
    client_serial TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    psu_id TEXT,
    echo TEXT NOT NULL,               -- JSON: what the payment's own resource repeats
    debtor_iban TEXT NOT NULL,
    creditor_iban TEXT NOT NULL,
    creditor_name TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount_minor INTEGER NOT NULL,
    fee_minor INTEGER NOT NULL,
    end_to_end_id TEXT,
    remittance TEXT NOT NULL,
    execution_date TEXT,
    status TEXT NOT NULL,
    reason_code TEXT,
    reason_text TEXT,
    due_ms INTEGER,
    failed_authorisations INTEGER NOT NULL DEFAULT 0,
    service TEXT NOT NULL DEFAULT 'payments',   -- payments or bulk-payments
    parent_id TEXT,                   -- the bulk this one came in
    arrival TEXT                      -- how a Chinese transfer arrives
) STRICT;
CREATE INDEX IF NOT EXISTS payments_open ON payments (status, due_ms);
CREATE INDEX IF NOT EXISTS payments_by_request ON payments (x_request_id);
CREATE INDEX IF NOT EXISTS payments_by_parent ON payments (parent_id);

-- What came as a file stays as it came.
CREATE TABLE IF NOT EXISTS payment_files (payment_id TEXT PRIMARY KEY, content BLOB NOT NULL) STRICT;

-- Who has signed a payment so far.
CREATE TABLE IF NOT EXISTS signatures (
    payment_id TEXT NOT NULL, psu_id TEXT NOT NULL, at_ms INTEGER NOT NULL,
    PRIMARY KEY (payment_id, psu_id)
) STRICT;

CREATE TABLE IF NOT EXISTS customers (
    psu_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    password TEXT NOT NULL,           -- a practice password, shown to whoever practises
    phone TEXT NOT NULL,
    position INTEGER NOT NULL
) STRICT;
-- Who may do what with an account. The account's own rules are the bank's, not the client's.
CREATE TABLE IF NOT EXISTS signatories (
    resource_id TEXT NOT NULL REFERENCES accounts (resource_id),
    psu_id TEXT NOT NULL REFERENCES customers (psu_id),
    may_sign INTEGER NOT NULL,
    alone_minor INTEGER,              -- the most they may pay alone; NULL: no limit
    PRIMARY KEY (resource_id, psu_id)
) STRICT;
CREATE TABLE IF NOT EXISTS companies (
    resource_id TEXT PRIMARY KEY REFERENCES accounts (resource_id),
    ceiling_minor INTEGER NOT NULL    -- the most that leaves in one payment, however many sign
) STRICT;

CREATE TABLE IF NOT EXISTS baskets (
    basket_id TEXT PRIMARY KEY,
    created_ms INTEGER NOT NULL,
    psu_id TEXT,
    status TEXT NOT NULL,
    failed_authorisations INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE IF NOT EXISTS basket_items (
    basket_id TEXT NOT NULL REFERENCES baskets (basket_id),
    position INTEGER NOT NULL,
    payment_id TEXT NOT NULL,
    PRIMARY KEY (basket_id, position)
) STRICT;
CREATE INDEX IF NOT EXISTS basket_items_by_payment ON basket_items (payment_id);

-- The journal of executions: one row for each time this bank carried out a payment.
CREATE TABLE IF NOT EXISTS executions (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    execution_id TEXT NOT NULL UNIQUE,
    payment_id TEXT NOT NULL,
    product TEXT NOT NULL,
    end_to_end_id TEXT,
    amount_minor INTEGER NOT NULL,
    fee_minor INTEGER NOT NULL,
    currency TEXT NOT NULL,
    debtor_iban TEXT NOT NULL,
    creditor_iban TEXT NOT NULL,
    creditor_name TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    settled_ms INTEGER,
    status TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS consents (
    consent_id TEXT PRIMARY KEY,
    access TEXT NOT NULL,
    recurring INTEGER NOT NULL,
    valid_until TEXT NOT NULL,
    frequency INTEGER NOT NULL,
    status TEXT NOT NULL,
    psu_id TEXT,
    created_ms INTEGER NOT NULL,
    last_action_date TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS consent_uses (
    consent_id TEXT NOT NULL, day TEXT NOT NULL, path TEXT NOT NULL, uses INTEGER NOT NULL,
    PRIMARY KEY (consent_id, day, path)
) STRICT;

CREATE TABLE IF NOT EXISTS authorisations (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    authorisation_id TEXT NOT NULL UNIQUE,
    purpose TEXT NOT NULL CHECK (purpose IN ('payment', 'cancellation', 'consent', 'basket')),
    subject_id TEXT NOT NULL,
    psu_id TEXT,
    status TEXT NOT NULL,
    method_id TEXT,
    failures INTEGER NOT NULL DEFAULT 0,
    sends INTEGER NOT NULL DEFAULT 0,
    code_key BLOB,
    sent_ms INTEGER
) STRICT;
CREATE INDEX IF NOT EXISTS authorisations_by_subject ON authorisations (subject_id, purpose);

CREATE TABLE IF NOT EXISTS authenticators (
    authenticator_id TEXT PRIMARY KEY,
    psu_id TEXT NOT NULL,
    label TEXT NOT NULL,
    secret TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('pending', 'active')),
    last_step INTEGER NOT NULL DEFAULT 0,
    wrong INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE IF NOT EXISTS phone (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms INTEGER NOT NULL,
    sender TEXT NOT NULL,
    text TEXT NOT NULL,
    code TEXT NOT NULL,
    authorisation_id TEXT NOT NULL,
    psu_id TEXT                       -- whose phone; NULL: the person's of this world
) STRICT;

-- Pictures shown as challenges: what a reading device makes of each.
CREATE TABLE IF NOT EXISTS photos (
    image_hash TEXT PRIMARY KEY, text TEXT NOT NULL, code TEXT NOT NULL, authorisation_id TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS enrolment_codes (
    code_hash TEXT PRIMARY KEY, expires_ms INTEGER NOT NULL, used INTEGER NOT NULL DEFAULT 0,
    wrong_tries INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE IF NOT EXISTS clients (
    serial TEXT PRIMARY KEY, subject TEXT NOT NULL, enrolled_ms INTEGER NOT NULL,
    revoked INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE IF NOT EXISTS directory (
    iban TEXT PRIMARY KEY,
    holders TEXT NOT NULL,            -- JSON list: several for a joint account
    bic TEXT NOT NULL,
    bank TEXT NOT NULL,
    country TEXT NOT NULL,
    kind TEXT NOT NULL,
    position INTEGER NOT NULL,        -- 0: known to name checks, but no payee of the person
    paid_before INTEGER NOT NULL DEFAULT 0
) STRICT;
-- Accounts with national numbers, in China and Taiwan: known to name checks and transfers.
CREATE TABLE IF NOT EXISTS national_directory (
    account TEXT PRIMARY KEY,
    member_id TEXT NOT NULL,          -- CNAPS bank code, or Taiwanese bank code
    holder TEXT NOT NULL,
    bank TEXT NOT NULL,
    country TEXT NOT NULL CHECK (country IN ('CN', 'TW')),
    kind TEXT NOT NULL,
    answers INTEGER NOT NULL DEFAULT 1,   -- whether its bank answers name checks
    position INTEGER NOT NULL
) STRICT;
-- Name checks whose answer is still awaited.
CREATE TABLE IF NOT EXISTS name_checks (
    verification_id TEXT PRIMARY KEY, question TEXT NOT NULL, request_id TEXT NOT NULL, pending INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS mailbox (
    position INTEGER PRIMARY KEY, message TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS faults (
    position INTEGER PRIMARY KEY, rule TEXT NOT NULL, seen INTEGER NOT NULL DEFAULT 0,
    fired INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE IF NOT EXISTS requests (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms INTEGER NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    x_request_id TEXT NOT NULL,
    status INTEGER,
    committed INTEGER NOT NULL,
    fault TEXT
) STRICT;
