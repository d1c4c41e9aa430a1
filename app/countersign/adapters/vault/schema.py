"""The tables of the vault's database.

``events`` and ``bodies`` are the ledger and only grow. ``local_items`` is working state, ``documents`` are named by
events through their hash, ``draft_documents`` by drafts. Whatever begins with ``p_`` follows from the ledger and can be
dropped and rebuilt to the same content.

``waiting`` holds events of other devices that came before their parents; ``awaited`` names the events, or the devices
without a key, that each waits for. ``pasts`` has a line for each shared event that names others as seen: the heads of
what lies before it, packed (``chain_tables``); the events after it in its chain share it. So a workspace of one has
none. ``forks`` are the places of shared chains that were signed twice. ``parcels`` is what was taken from a relay, and
since when the relay doesn't list it any more (``gone``; 0 where it does). ``events.number`` is the order of arrival:
names events in short here, and means nothing anywhere else. ``bodies`` go by it, too: by identifiers, which are hashes,
each would stand on a page of its own of an index that grows with the ledger.

``p_transfers`` is clustered by time: its integer key ``place`` holds the time above and bits of the row's name below
(``place_of``), so that pages and searches, newest first, walk one B-tree however much history there is. ``settles``
names the order that an entry is on record for; ``state`` is an entry's, an order's, ``elsewhere``, ``handed_over``
for an order that the person says they carried to the bank, of which the bank has said nothing yet, or
``partly_signed`` for one for which the bank wants another signature.
"""

from __future__ import annotations

from typing import Final

SCHEMA_VERSION: Final = 5
OLDER_VERSIONS: Final = frozenset({1, 2, 3, 4})  # read, and brought up to date when the vault is opened

_TIME_BITS: Final = 42  # milliseconds since the epoch, until the year 2109
_NAME_BITS: Final = 20
_NAME_DIGITS: Final = 5  # hex digits of the row's name that make those bits

EVENTS: Final = """
CREATE TABLE events (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    device TEXT NOT NULL,
    chain TEXT NOT NULL,
    seq INTEGER NOT NULL,
    lamport INTEGER NOT NULL,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    header BLOB NOT NULL,
    signature BLOB NOT NULL
) STRICT;
CREATE INDEX events_by_place ON events (device, chain, seq);
CREATE INDEX events_by_subject ON events (subject, lamport, device, chain, seq);
CREATE INDEX events_of_rules ON events (lamport, device, chain, seq) WHERE kind IN
    ('workspace.created', 'governance.changed', 'device.added', 'device.closed',
     'workspace.frozen', 'workspace.unfrozen');
CREATE INDEX events_of_approvals ON events (at) WHERE kind = 'order.approved';

CREATE TRIGGER events_stay BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;
CREATE TRIGGER events_unchanged BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
"""

OTHERS: Final = """
CREATE TABLE writers (
    number INTEGER PRIMARY KEY,
    device TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE pasts (
    writer INTEGER NOT NULL REFERENCES writers (number),
    seq INTEGER NOT NULL,
    event INTEGER NOT NULL REFERENCES events (number),
    heads BLOB NOT NULL,
    PRIMARY KEY (writer, seq, event)
) STRICT, WITHOUT ROWID;

CREATE TABLE forks (
    device TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (device, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE waiting (
    number INTEGER PRIMARY KEY,
    event TEXT NOT NULL UNIQUE,
    device TEXT NOT NULL,
    since INTEGER NOT NULL,
    header BLOB NOT NULL,
    signature BLOB NOT NULL,
    salt BLOB,
    content BLOB
) STRICT;

CREATE TABLE awaited (
    found TEXT NOT NULL,
    event TEXT NOT NULL REFERENCES waiting (event),
    PRIMARY KEY (found, event)
) STRICT, WITHOUT ROWID;
CREATE INDEX awaited_by ON awaited (event);

CREATE TRIGGER pasts_stay BEFORE DELETE ON pasts BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;
CREATE TRIGGER pasts_unchanged BEFORE UPDATE ON pasts BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER forks_stay BEFORE DELETE ON forks BEGIN SELECT RAISE(ABORT, 'proofs are never deleted'); END;
"""

BODIES: Final = """
CREATE TABLE bodies (
    event INTEGER PRIMARY KEY REFERENCES events (number),
    salt BLOB NOT NULL,
    content BLOB NOT NULL
) STRICT;

CREATE TRIGGER bodies_unchanged BEFORE UPDATE ON bodies BEGIN SELECT RAISE(ABORT, 'bodies are never changed'); END;
CREATE TRIGGER bodies_stay BEFORE DELETE ON bodies WHEN NOT EXISTS (
    SELECT 1 FROM events AS body_of, events AS erasure
    WHERE body_of.number = OLD.event AND erasure.subject = body_of.subject AND erasure.kind = 'data.erased'
) BEGIN SELECT RAISE(ABORT, 'bodies go by data.erased only'); END;
"""

PARCELS: Final = """
CREATE TABLE parcels (
    relay TEXT NOT NULL,
    name TEXT NOT NULL,
    gone INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (relay, name)
) STRICT, WITHOUT ROWID;
"""

_LOCAL: Final = """
CREATE TABLE local_items (
    space TEXT NOT NULL,
    key TEXT NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (space, key)
) STRICT, WITHOUT ROWID;
"""

LEDGER: Final = EVENTS + BODIES + _LOCAL + OTHERS + PARCELS

DOCUMENTS: Final = """
CREATE TABLE IF NOT EXISTS documents (
    sha256 TEXT PRIMARY KEY,
    content BLOB NOT NULL
) STRICT;
"""

DRAFTED: Final = """
CREATE TABLE IF NOT EXISTS draft_documents (
    draft TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    content BLOB NOT NULL,
    UNIQUE (draft, sha256)
) STRICT;
"""
"""Documents of drafts: no event names them, and they go with the draft. Added to format 5, see ``upgrade``."""

PROJECTIONS: Final = """
CREATE TABLE p_orders (
    order_id TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    final INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    payee TEXT NOT NULL,
    debtor_account TEXT NOT NULL,
    debtor_agent_member TEXT NOT NULL,
    end_to_end_id TEXT NOT NULL,
    settled_by TEXT NOT NULL,
    batch TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX p_orders_of_batch ON p_orders (batch, state) WHERE batch <> '';
CREATE INDEX p_orders_open ON p_orders (batch, state, created_at) WHERE final = 0;
CREATE INDEX p_orders_by_end_to_end_id ON p_orders (end_to_end_id);
CREATE INDEX p_orders_by_entry ON p_orders (debtor_account, settled_by) WHERE settled_by <> '';

CREATE TABLE p_payees (
    payee TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    account TEXT NOT NULL,
    agent TEXT NOT NULL,
    last_check TEXT NOT NULL,
    checked_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX p_payees_by_account ON p_payees (account);

CREATE TABLE p_accounts (
    account TEXT PRIMARY KEY,
    bank TEXT NOT NULL,
    iban TEXT NOT NULL,
    name TEXT NOT NULL,
    currency TEXT NOT NULL,
    balance INTEGER NOT NULL,
    available INTEGER NOT NULL,
    as_of INTEGER NOT NULL,
    version TEXT NOT NULL,
    scheme TEXT NOT NULL,
    agent TEXT NOT NULL,
    agent_member TEXT NOT NULL,
    reach TEXT NOT NULL,
    added TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE p_transfers (
    place INTEGER PRIMARY KEY,
    row TEXT NOT NULL UNIQUE,
    order_id TEXT NOT NULL,
    account TEXT NOT NULL,
    iban TEXT NOT NULL,
    at INTEGER NOT NULL,
    counterparty TEXT NOT NULL,
    counterparty_account TEXT NOT NULL,
    currency TEXT NOT NULL,
    minor INTEGER NOT NULL,
    reference TEXT NOT NULL,
    state TEXT NOT NULL,
    end_to_end_id TEXT NOT NULL,
    hidden INTEGER NOT NULL,
    version TEXT NOT NULL,
    settles TEXT NOT NULL,
    grams TEXT NOT NULL,
    paid INTEGER GENERATED ALWAYS AS
        (minor < 0 AND hidden = 0 AND state IN ('booked', 'elsewhere', 'handed_over', 'accepted', 'settled')) VIRTUAL,
    daily INTEGER GENERATED ALWAYS AS (order_id = '' AND state = 'booked') VIRTUAL
) STRICT;
CREATE INDEX p_transfers_by_account ON p_transfers (iban, currency);
CREATE INDEX p_transfers_by_state ON p_transfers (state) WHERE order_id <> '';
CREATE INDEX p_transfers_paid ON p_transfers (currency) WHERE paid;
CREATE INDEX p_transfers_paid_to ON p_transfers (counterparty_account) WHERE paid;
CREATE INDEX p_transfers_alike ON p_transfers (counterparty_account, minor) WHERE paid OR order_id <> '';
CREATE INDEX p_transfers_by_end_to_end_id ON p_transfers (end_to_end_id) WHERE end_to_end_id <> '';
CREATE INDEX p_transfers_settling ON p_transfers (settles) WHERE settles <> '';
CREATE INDEX p_transfers_elsewhere ON p_transfers (iban, currency, minor) WHERE state = 'elsewhere';

CREATE TABLE p_daily (
    account TEXT NOT NULL,
    day INTEGER NOT NULL,
    net INTEGER NOT NULL,
    entries INTEGER NOT NULL,
    PRIMARY KEY (account, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE p_paid (
    counterparty_account TEXT PRIMARY KEY,
    payments INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE p_batches (
    batch TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    items INTEGER NOT NULL,
    digest TEXT NOT NULL,
    at INTEGER NOT NULL,
    device TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE p_templates (
    template TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    from_order TEXT NOT NULL,
    dropped INTEGER NOT NULL,
    at INTEGER NOT NULL,
    version TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE p_lessons (
    lesson TEXT PRIMARY KEY,
    best INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE p_milestones (
    kind TEXT PRIMARY KEY,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER p_transfers_counted AFTER INSERT ON p_transfers WHEN NEW.paid BEGIN
    INSERT INTO p_paid VALUES (NEW.counterparty_account, 1)
        ON CONFLICT DO UPDATE SET payments = payments + 1;
END;
CREATE TRIGGER p_transfers_recounted AFTER UPDATE OF state, hidden ON p_transfers WHEN NEW.paid AND NOT OLD.paid BEGIN
    INSERT INTO p_paid VALUES (NEW.counterparty_account, 1)
        ON CONFLICT DO UPDATE SET payments = payments + 1;
END;
CREATE TRIGGER p_transfers_uncounted AFTER UPDATE OF state, hidden ON p_transfers WHEN OLD.paid AND NOT NEW.paid BEGIN
    UPDATE p_paid SET payments = payments - 1 WHERE counterparty_account = OLD.counterparty_account;
    DELETE FROM p_paid WHERE counterparty_account = OLD.counterparty_account AND payments = 0;
END;
CREATE TRIGGER p_transfers_discounted AFTER DELETE ON p_transfers WHEN OLD.paid BEGIN
    UPDATE p_paid SET payments = payments - 1 WHERE counterparty_account = OLD.counterparty_account;
    DELETE FROM p_paid WHERE counterparty_account = OLD.counterparty_account AND payments = 0;
END;
CREATE TRIGGER p_transfers_added AFTER INSERT ON p_transfers WHEN NEW.daily BEGIN
    INSERT INTO p_daily VALUES (NEW.account, NEW.at / 86400000, NEW.minor, 1)
        ON CONFLICT DO UPDATE SET net = net + excluded.net, entries = entries + 1;
END;
CREATE TRIGGER p_transfers_removed AFTER DELETE ON p_transfers WHEN OLD.daily BEGIN
    UPDATE p_daily SET net = net - OLD.minor, entries = entries - 1
        WHERE account = OLD.account AND day = OLD.at / 86400000;
    DELETE FROM p_daily WHERE account = OLD.account AND day = OLD.at / 86400000 AND entries = 0;
END;
"""

SEARCH: Final = """
CREATE VIRTUAL TABLE p_search USING fts5(
    counterparty, counterparty_account, reference,
    content='p_transfers', content_rowid='place', tokenize='trigram remove_diacritics 1'
);
INSERT INTO p_search (p_search, rank) VALUES ('secure-delete', 1);
CREATE VIRTUAL TABLE p_grams USING fts5(
    grams, content='p_transfers', content_rowid='place', tokenize='unicode61 remove_diacritics 1', detail='full'
);
INSERT INTO p_grams (p_grams, rank) VALUES ('secure-delete', 1);

CREATE TRIGGER p_transfers_found AFTER INSERT ON p_transfers BEGIN
    INSERT INTO p_search (rowid, counterparty, counterparty_account, reference)
        VALUES (NEW.place, NEW.counterparty, NEW.counterparty_account, NEW.reference);
    INSERT INTO p_grams (rowid, grams) VALUES (NEW.place, NEW.grams);
END;
CREATE TRIGGER p_transfers_lost AFTER DELETE ON p_transfers BEGIN
    INSERT INTO p_search (p_search, rowid, counterparty, counterparty_account, reference)
        VALUES ('delete', OLD.place, OLD.counterparty, OLD.counterparty_account, OLD.reference);
    INSERT INTO p_grams (p_grams, rowid, grams) VALUES ('delete', OLD.place, OLD.grams);
END;
"""

PROJECTED: Final = {
    "p_orders": ("order_id",),
    "p_payees": ("payee",),
    "p_accounts": ("account",),
    "p_transfers": ("row",),
    "p_daily": ("account", "day"),
    "p_paid": ("counterparty_account",),
    "p_batches": ("batch",),
    "p_templates": ("template",),
    "p_lessons": ("lesson",),
    "p_milestones": ("kind",),
}
"""The projected tables and their keys. ``p_transfers.place`` is left out of comparisons: it names a place, no fact."""

SEARCHED: Final = ("p_search", "p_grams")

DAY_MS: Final = 86_400_000


def place_of(at: int, row: str) -> int:
    """Return the place that a row of history wants: its time above, the beginning of its name below.

    Args:
        at: Milliseconds since the epoch.
        row: Hex digits, at least five.
    """
    time = min(max(at, 0), (1 << _TIME_BITS) - 1)
    return time << _NAME_BITS | int(row[:_NAME_DIGITS], 16)
