"""A database that is not trusted: who it must prove to be, what it is told, and what whoever runs it can do."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from countersign.adapters.relays import postgres_line
from countersign.adapters.relays.parcels import parcel_name, workspace_tag
from countersign.adapters.relays.postgres import PostgresRelay
from countersign.adapters.relays.postgres_settings import PostgresSettings
from countersign.application.ports.relay import PARCEL_LIMIT
from countersign.domain.errors import ConnectorError, FailureKind, SecurityError, UserFacingError
from countersign.domain.secret import SecretText
from tests.postgres import DATABASE, DEVICE, OWNER, PASSWORD, PostgresServer
from tests.tls_front import Authority, tls_front

WORKSPACE = "22" * 16
TAG = workspace_tag(WORKSPACE)
PARCEL = b"a parcel"
NAME = parcel_name(PARCEL)


@pytest.fixture
def relay(postgres: PostgresServer) -> Iterator[PostgresRelay]:
    with postgres.owner() as owner:
        owner.execute("DELETE FROM countersign_parcels")
    made = PostgresRelay(postgres.settings(), WORKSPACE, poll_ms=50)
    yield made
    made.close()


def attempt(settings: PostgresSettings) -> str:
    """Return the code with which a store can't be used; empty where it can."""
    with closing(PostgresRelay(settings, WORKSPACE)) as relay:
        try:
            relay.put(PARCEL)
        except ConnectorError as error:
            code, again = error.code, error.kind is FailureKind.RETRYABLE
        else:
            return ""
    assert again == (code == "relay.unreachable")
    return code


# --- Who the server is: TLS, verify-full ---


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"), "ours")


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("stranger"), "strange")


@pytest.fixture(autouse=True)
def _a_name_for_this_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Find *localhost* also on a bare system, which has no name for itself."""
    look_up = socket.getaddrinfo

    def found(host: str | None, *others: Any, **more: Any) -> Any:  # noqa: ANN401 - handed on as they come
        return look_up("127.0.0.1" if host == "localhost" else host, *others, **more)

    monkeypatch.setattr(socket, "getaddrinfo", found)


def over_tls(postgres: PostgresServer, port: int, trusted: Authority, host: str = "localhost") -> PostgresSettings:
    return replace(postgres.settings(port=port), host=host, ca_file=trusted.file, practice=False)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_server_that_proves_its_name_is_used(postgres: PostgresServer, authority: Authority, host: str) -> None:
    with tls_front(authority.context(host), postgres.port) as port:
        relay = PostgresRelay(over_tls(postgres, port, authority, host), WORKSPACE, poll_ms=50)
        try:
            name = relay.put(PARCEL)
            assert relay.get(name) == PARCEL
            relay.names()
            assert not relay.wait(50)
        finally:
            relay.close()


def test_another_name_is_refused(postgres: PostgresServer, authority: Authority) -> None:
    with tls_front(authority.context("other.example"), postgres.port) as port:
        assert attempt(over_tls(postgres, port, authority)) == "relay.certificate"


def test_another_authority_is_refused(postgres: PostgresServer, authority: Authority, stranger: Authority) -> None:
    with tls_front(stranger.context("localhost"), postgres.port) as port:
        assert attempt(over_tls(postgres, port, authority)) == "relay.certificate"


def test_a_server_without_tls_is_refused(postgres: PostgresServer, authority: Authority) -> None:
    assert attempt(over_tls(postgres, postgres.port, authority)) == "relay.encryption"
    with tls_front(None, postgres.port) as port:
        assert attempt(over_tls(postgres, port, authority)) == "relay.encryption"


def test_the_environment_can_not_loosen_it(
    postgres: PostgresServer, authority: Authority, stranger: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    loosened = {"PGSSLMODE": "disable", "PGSSLROOTCERT": str(stranger.file), "PGREQUIREAUTH": "none", "PGUSER": "x"}
    for name, value in loosened.items():
        monkeypatch.setenv(name, value)
    with tls_front(stranger.context("localhost"), postgres.port) as port:
        assert attempt(over_tls(postgres, port, authority)) == "relay.certificate"
    with tls_front(authority.context("localhost"), postgres.port) as port:
        assert attempt(over_tls(postgres, port, authority)) == ""


def test_only_practice_on_this_computer_does_without_tls(postgres: PostgresServer) -> None:
    plain = postgres.settings()
    for host in ("localhost", "127.0.0.1", "127.1.2.3", "::1", "/run/postgresql"):
        assert not replace(plain, host=host).encrypts
        assert replace(plain, host=host, practice=False).encrypts
    for host in ("db.example", "192.0.2.1", "localhost.example", "0.0.0.0"):  # noqa: S104 - not listened to
        assert replace(plain, host=host).encrypts
    with pytest.raises(UserFacingError, match=r"^relay\.ca_file$"):
        PostgresRelay(replace(plain, practice=False), WORKSPACE)


def test_a_file_that_holds_no_certificate_is_told(postgres: PostgresServer, tmp_path: Path) -> None:
    empty = tmp_path / "ca.pem"
    empty.write_text("nothing", "utf-8")
    with pytest.raises(UserFacingError, match=r"^relay\.ca_file$"):
        PostgresRelay(replace(postgres.settings(), practice=False, ca_file=tmp_path / "missing"), WORKSPACE)
    assert attempt(replace(postgres.settings(), practice=False, ca_file=empty)) in {
        "relay.ca_file",
        "relay.encryption",  # it has none, so that its certificate is never looked at
    }


# --- Settings ---


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"host": ""}, "host"),
        ({"host": "a,b"}, "host"),
        ({"host": "a b"}, "host"),
        ({"host": "a\x00b"}, "host"),
        ({"database": ""}, "database"),
        ({"user": ""}, "user"),
        ({"password": SecretText("")}, "password"),
        ({"port": 0}, "port"),
        ({"port": 65_536}, "port"),
        ({"schema": "x" * 64}, "schema"),
        ({"schema": "x\x00"}, "schema"),
    ],
)
def test_settings_that_can_not_be_so_are_told(postgres: PostgresServer, changed: dict[str, object], field: str) -> None:
    with pytest.raises(UserFacingError, match=r"^relay\.settings$") as caught:
        PostgresRelay(replace(postgres.settings(), **changed), WORKSPACE)  # type: ignore[arg-type]
    assert caught.value.params == {"field": field}


@pytest.mark.parametrize("text", ["x'; DROP TABLE countersign_parcels; --", 'a" b', "host=evil dbname=x", "%s"])
def test_no_setting_is_read_as_anything_else(postgres: PostgresServer, text: str) -> None:
    for changed in ({"database": text}, {"user": text}, {"schema": text}):
        assert attempt(replace(postgres.settings(), **changed)).startswith("relay.")  # type: ignore[arg-type]
    with postgres.owner() as owner:
        owner.execute("SELECT 1 FROM countersign_parcels LIMIT 1")


# --- The password ---


def test_a_wrong_password_is_told(postgres: PostgresServer) -> None:
    assert attempt(replace(postgres.settings(), password=SecretText("wrong"))) == "relay.credentials"
    assert attempt(postgres.settings(user="nobody_here")) == "relay.credentials"


def test_the_password_is_nowhere_to_be_seen(
    postgres: PostgresServer, relay: PostgresRelay, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    relay.put(PARCEL)
    relay.names()
    relay.wait(10)
    seen = [repr(relay), str(relay), relay.identity, repr(postgres.settings()), caplog.text]
    seen += [repr(os.environ), Path("/proc/self/cmdline").read_text("utf-8")]
    with (
        closing(PostgresRelay(postgres.settings(database="missing"), WORKSPACE)) as other,
        pytest.raises(ConnectorError) as caught,
    ):
        other.names()
    seen += [repr(caught.value), str(caught.value), str(caught.value.params), repr(caught.value.__cause__)]
    assert not [text for text in seen if PASSWORD in text]


@pytest.mark.parametrize("asked", [3, 5, 0], ids=["clear text", "md5", "nothing"])
def test_a_server_that_asks_for_the_password_itself_gets_none(postgres: PostgresServer, asked: int) -> None:
    """It answers the start of a session with AuthenticationCleartextPassword, -MD5Password or -Ok."""
    heard = bytearray()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def ask() -> None:
            guest, _ = listener.accept()
            with guest:
                guest.settimeout(5)
                heard.extend(guest.recv(4096))
                request = asked.to_bytes(4, "big") + (b"salt" if asked == 5 else b"")
                guest.sendall(b"R" + (len(request) + 4).to_bytes(4, "big") + request)
                heard.extend(guest.recv(4096))

        server = threading.Thread(target=ask)
        server.start()
        code = attempt(postgres.settings(port=listener.getsockname()[1]))
        server.join()
    assert code == "relay.credentials"
    assert PASSWORD.encode() not in heard
    assert b"md5" not in heard


# --- Servers that are out of reach, slow, or silent ---


def test_nobody_listening_is_out_of_reach(postgres: PostgresServer) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        assert attempt(postgres.settings(port=held.getsockname()[1])) == "relay.unreachable"
    assert attempt(replace(postgres.settings(), host="/nowhere/at/all")) == "relay.unreachable"


def test_a_server_that_says_nothing_is_left(postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("countersign.adapters.relays.postgres_settings.CONNECT_SECONDS", 2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert attempt(postgres.settings(port=silent.getsockname()[1])) == "relay.unreachable"


def test_a_server_that_falls_silent_in_the_middle_is_left(
    postgres: PostgresServer, relay: PostgresRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay.put(PARCEL)
    monkeypatch.setattr(postgres_line, "_PATIENCE", 0.2)
    with postgres.owner() as owner, owner.transaction():
        owner.execute("LOCK TABLE countersign_parcels IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(ConnectorError, match=r"^relay\.unreachable$"):
            relay.get(NAME)
    assert relay.get(NAME) == PARCEL


def test_a_statement_that_lasts_too_long_is_ended_by_the_server(
    postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_line, "STATEMENT_MS", 200)
    relay = PostgresRelay(postgres.settings(), WORKSPACE)
    relay.put(PARCEL)
    with postgres.owner() as owner, owner.transaction():
        owner.execute("LOCK TABLE countersign_parcels IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(ConnectorError, match=r"^relay\.unreachable$"):
            relay.get(NAME)
    relay.close()


def test_a_connection_that_was_cut_is_opened_anew(postgres: PostgresServer, relay: PostgresRelay) -> None:
    relay.put(PARCEL)
    relay.names()
    relay.wait(10)
    with postgres.owner() as owner:
        owner.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", [DEVICE])
    assert relay.get(NAME) == PARCEL
    assert not relay.wait(200)
    other = PostgresRelay(postgres.settings(), WORKSPACE)
    other.put(b"another")
    assert relay.wait(20_000)
    other.close()


# --- Tables and rights ---


def test_a_device_can_neither_change_nor_take_away(postgres: PostgresServer, relay: PostgresRelay) -> None:
    relay.put(PARCEL)
    with psycopg.connect(
        host="127.0.0.1", port=postgres.port, user=DEVICE, password=PASSWORD, dbname=DATABASE, autocommit=True
    ) as device:
        for statement in (
            "UPDATE countersign_parcels SET content = ''",
            "DELETE FROM countersign_parcels",
            "TRUNCATE countersign_parcels",
            "DROP TABLE countersign_parcels",
            "INSERT INTO countersign_parcels (workspace_tag, name, content, stored_at) VALUES ('', '', '', now())",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                device.execute(statement)


def test_where_nobody_may_take_anything_away_it_stays(postgres: PostgresServer, relay: PostgresRelay) -> None:
    name = relay.put(PARCEL)
    with postgres.owner() as owner:
        owner.execute(sql.SQL("REVOKE DELETE ON countersign_parcels FROM {}").format(sql.Identifier(DEVICE)))
    relay.drop(name)
    assert relay.get(name) == PARCEL
    with postgres.owner() as owner:
        owner.execute(sql.SQL("GRANT DELETE ON countersign_parcels TO {}").format(sql.Identifier(DEVICE)))
    relay.drop(name)  # it was told once
    assert relay.get(name) == PARCEL
    with closing(PostgresRelay(postgres.settings(), WORKSPACE)) as another:
        another.drop(name)
    assert relay.get(name) is None
    with postgres.owner() as owner:
        owner.execute(sql.SQL("REVOKE DELETE ON countersign_parcels FROM {}").format(sql.Identifier(DEVICE)))


def test_trying_tells_that_nothing_may_be_added(postgres: PostgresServer, relay: PostgresRelay) -> None:
    relay.probe()
    with postgres.owner() as owner:
        owner.execute(sql.SQL("REVOKE INSERT ON countersign_parcels FROM {}").format(sql.Identifier(DEVICE)))
    try:
        relay.names()
        with pytest.raises(ConnectorError, match=r"^relay\.refused$"):
            relay.probe()
    finally:
        with postgres.owner() as owner:
            owner.execute(sql.SQL("GRANT INSERT ON countersign_parcels TO {}").format(sql.Identifier(DEVICE)))


def test_what_the_documentation_tells_to_run_is_enough(postgres: PostgresServer, project_root: Path) -> None:
    told = (project_root / "docs" / "relays.md").read_text("utf-8").split("```sql")[1].split("```")[0]
    told = told.split("\\connect relay\n")[1].replace("'…'", "'" + PASSWORD.replace("'", "''") + "'")
    made_database(postgres, "by_the_book")
    with postgres.owner("by_the_book") as owner:
        owner.execute(told.encode())
    assert attempt(postgres.settings("anna_laptop", "by_the_book")) == ""
    with postgres.owner("by_the_book") as owner:
        owner.execute("DROP OWNED BY anna_laptop")
        owner.execute("DROP ROLE anna_laptop")


def made_database(postgres: PostgresServer, name: str, *statements: str) -> PostgresSettings:
    with postgres.owner() as owner:
        owner.execute(f"DROP DATABASE IF EXISTS {name}")
        owner.execute(f"CREATE DATABASE {name}")
    with postgres.owner(name) as owner:
        for statement in statements:
            owner.execute(statement)
    return postgres.settings(OWNER, name)


def test_the_relay_makes_its_own_table_where_it_may(postgres: PostgresServer) -> None:
    settings = replace(made_database(postgres, "fresh"), schema="kept")
    for _ in range(12):  # devices that begin at the same moment make it at the same moment
        with postgres.owner("fresh") as owner:
            owner.execute("DROP SCHEMA IF EXISTS kept CASCADE")
            owner.execute("CREATE SCHEMA kept")
        ways = [PostgresRelay(settings, WORKSPACE) for _ in range(6)]
        devices = [threading.Thread(target=way.put, args=(PARCEL,)) for way in ways]
        for device in devices:
            device.start()
        for device in devices:
            device.join()
        assert all(list(way.names()[0]) == [NAME] for way in ways)
        for way in ways:
            way.close()
    with postgres.owner("fresh") as owner:
        made = owner.execute(
            "SELECT column_name, data_type, is_nullable FROM information_schema.columns"
            " WHERE table_schema = 'kept' AND table_name = 'countersign_parcels' ORDER BY ordinal_position"
        ).fetchall()
    assert made == [
        ("workspace_tag", "text", "NO"),
        ("name", "text", "NO"),
        ("content", "bytea", "NO"),
        ("stored_at", "timestamp with time zone", "NO"),
    ]


def test_where_it_may_not_it_says_so(postgres: PostgresServer) -> None:
    made_database(postgres, "closed")
    assert attempt(postgres.settings(database="closed")) == "relay.refused"
    made_database(postgres, "hidden", "CREATE TABLE countersign_parcels (workspace_tag text, name text, content bytea,"
                  " stored_at timestamptz)")  # fmt: skip
    assert attempt(postgres.settings(database="hidden")) == "relay.refused"
    assert attempt(postgres.settings(database="missing")) == "relay.refused"


@pytest.mark.parametrize(
    "table",
    [
        "CREATE TABLE countersign_parcels (something int)",
        "CREATE TABLE countersign_parcels (workspace_tag text, name text, content bytea, stored_at timestamptz)",
        "CREATE TABLE countersign_parcels (workspace_tag text, name text, content int, UNIQUE (workspace_tag, name))",
        "CREATE TABLE countersign_parcels (workspace_tag text, name int PRIMARY KEY, content bytea, stored_at date)",
        "CREATE VIEW countersign_parcels AS SELECT '' AS workspace_tag, '' AS name, ''::bytea AS content, 1 stored_at",
    ],
)
def test_a_table_of_another_form_is_told(postgres: PostgresServer, table: str) -> None:
    assert attempt(made_database(postgres, "foreign_form", table)) in {"relay.foreign_table", "relay.unreachable"}


def test_a_full_disk_is_told(postgres: PostgresServer) -> None:
    full = "BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = '53100'; END"
    settings = made_database(
        postgres,
        "full_disk",
        "CREATE TABLE countersign_parcels (workspace_tag text, name text, content bytea, stored_at timestamptz"
        " DEFAULT now(), PRIMARY KEY (workspace_tag, name))",
        f"CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS '{full.replace(chr(39), chr(39) * 2)}'",
        "CREATE TRIGGER full_disk BEFORE INSERT ON countersign_parcels FOR EACH ROW EXECUTE FUNCTION full_disk()",
    )
    assert attempt(settings) == "relay.full"


@pytest.mark.parametrize(("failures", "code"), [(2, ""), (9, "relay.unreachable")])
def test_a_distributed_server_may_ask_for_another_attempt(postgres: PostgresServer, failures: int, code: str) -> None:
    """SQLSTATE 40001, which CockroachDB and YugabyteDB answer with where transactions met."""
    body = (
        f"BEGIN IF nextval('attempts') <= {failures} THEN RAISE EXCEPTION 'restart' USING ERRCODE = '40001';"
        " END IF; RETURN NEW; END"
    )
    settings = made_database(
        postgres,
        "distributed",
        "CREATE SEQUENCE attempts",
        "CREATE TABLE countersign_parcels (workspace_tag text, name text, content bytea, stored_at timestamptz"
        " DEFAULT now(), PRIMARY KEY (workspace_tag, name))",
        f"CREATE FUNCTION restart() RETURNS trigger LANGUAGE plpgsql AS '{body.replace(chr(39), chr(39) * 2)}'",
        "CREATE TRIGGER restart BEFORE INSERT ON countersign_parcels FOR EACH ROW EXECUTE FUNCTION restart()",
    )
    assert attempt(settings) == code


# --- News ---


def test_the_server_tells_of_news(postgres: PostgresServer, relay: PostgresRelay) -> None:
    other = PostgresRelay(postgres.settings(), WORKSPACE, poll_ms=60_000)
    other.names()
    assert not other.wait(10)
    assert other._watch.listens  # noqa: SLF001 - otherwise this would show polling
    told: list[bool] = []
    waiting = threading.Thread(target=lambda: told.append(other.wait(9_000)))  # less than until the next look
    waiting.start()
    relay.put(PARCEL)
    waiting.join()
    assert told == [True]
    other.close()


@pytest.mark.parametrize("failing", ["LISTEN", "NOTIFY", "delivery"])
def test_a_server_that_does_not_tell_is_looked_at(
    postgres: PostgresServer, relay: PostgresRelay, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    """CockroachDB refuses LISTEN; YugabyteDB took it for years, and told nobody."""
    execute = postgres_line.Line.execute

    def without(self: postgres_line.Line, query: object, *values: object, **options: object) -> object:
        text = query if isinstance(query, str) else query.as_string(self)  # type: ignore[attr-defined]
        if failing != "delivery" and text.startswith(failing):
            raise psycopg.errors.FeatureNotSupported("unimplemented")
        if failing == "delivery" and text.startswith(("LISTEN", "NOTIFY")):
            text = "SELECT 1"
            query = text
        return execute(self, query, *values, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(postgres_line.Line, "execute", without)
    monkeypatch.setattr("countersign.adapters.relays.postgres_watch._TEST_SECONDS", 0.1)
    other = PostgresRelay(postgres.settings(), WORKSPACE, poll_ms=30)
    other.names()
    assert not other.wait(10)
    assert not other._watch.listens  # noqa: SLF001 - what is shown
    told: list[bool] = []
    waiting = threading.Thread(target=lambda: told.append(other.wait(20_000)))
    waiting.start()
    relay.put(PARCEL)
    waiting.join()
    assert told == [True]
    other.close()


def test_commits_that_appear_out_of_order_are_not_missed(postgres: PostgresServer, relay: PostgresRelay) -> None:
    """One transaction begins first and ends last: its time lies before a mark that was given in between."""
    late = b"begun first"
    with postgres.owner() as slow, slow.transaction():
        slow.execute(
            "INSERT INTO countersign_parcels (workspace_tag, name, content) VALUES (%s, %s, %s)",
            (TAG, parcel_name(late), late),
        )
        relay.put(PARCEL)
        listed, mark = relay.names()
        assert list(listed) == [NAME]
    assert relay.wait(1_000)
    assert parcel_name(late) in relay.names(mark)[0]


def test_a_mark_looks_back_no_further_than_it_must(postgres: PostgresServer, relay: PostgresRelay) -> None:
    relay.put(PARCEL)
    with postgres.owner() as owner:
        owner.execute("UPDATE countersign_parcels SET stored_at = now() - interval '1 hour'")
    _, mark = relay.names()
    assert list(relay.names(mark)[0]) == []
    assert list(relay.names()[0]) == [NAME]
    for other in ("nonsense", "2026-11-22", datetime(2026, 1, 1).isoformat()):  # noqa: DTZ001 - a mark without zone
        assert list(relay.names(other)[0]) == [NAME]


# --- Direct attacks on the table (SECURITY row 15) ---


def attack(postgres: PostgresServer, statement: str, *values: object) -> None:
    with postgres.owner() as owner:
        owner.execute(statement.encode(), values)


INSERT = "INSERT INTO countersign_parcels (workspace_tag, name, content, stored_at) VALUES (%s, %s, %s, %s)"


def test_rows_that_are_no_parcels_are_not_listed(postgres: PostgresServer, relay: PostgresRelay) -> None:
    relay.put(PARCEL)
    now = datetime.now(UTC)  # noqa: TID251 - the server's own clock is meant
    for name in ("", "x" * 100_000, "../" * 20, NAME.upper(), NAME + "\n", "\u202e"):
        attack(postgres, INSERT, TAG, name, b"x", now)
    attack(postgres, INSERT, "other", parcel_name(b"other"), b"other", now)
    assert list(relay.names()[0]) == [NAME]


def test_edited_rows_are_refused_and_said_to_be(postgres: PostgresServer, relay: PostgresRelay) -> None:
    relay.put(PARCEL)
    attack(postgres, "UPDATE countersign_parcels SET content = %s", b"edited")
    with pytest.raises(SecurityError, match=r"^relay\.altered$"):
        relay.get(NAME)
    with pytest.raises(SecurityError, match=r"^relay\.altered$"):  # nor is it taken for what we leave
        relay.put(PARCEL)


def test_a_row_that_was_put_in_our_way_is_noticed(postgres: PostgresServer, relay: PostgresRelay) -> None:
    attack(postgres, INSERT, TAG, NAME, b"rubbish", datetime(2020, 1, 1, tzinfo=UTC))
    with pytest.raises(SecurityError, match=r"^relay\.altered$"):
        relay.put(PARCEL)


def test_deleted_rows_are_gone_and_come_back_when_left_again(postgres: PostgresServer, relay: PostgresRelay) -> None:
    relay.put(PARCEL)
    relay.names()
    attack(postgres, "DELETE FROM countersign_parcels")
    assert relay.wait(1_000), "a table that shrank differs, too"
    assert relay.get(NAME) is None
    relay.put(PARCEL)
    assert relay.get(NAME) == PARCEL


def test_huge_rows_are_not_fetched(postgres: PostgresServer, relay: PostgresRelay) -> None:
    attack(
        postgres,
        "INSERT INTO countersign_parcels (workspace_tag, name, content)"
        " VALUES (%s, %s, convert_to(repeat('x', 100000000), 'UTF8'))",
        TAG,
        NAME,
    )
    with pytest.raises(SecurityError, match=r"^relay\.too_large$") as caught:
        relay.get(NAME)
    assert caught.value.params["size"] == 100_000_000 > PARCEL_LIMIT


@pytest.mark.parametrize("shift", [timedelta(days=-4000), timedelta(days=200_000)])
def test_false_times_hide_nothing_from_a_full_list(
    postgres: PostgresServer, relay: PostgresRelay, shift: timedelta
) -> None:
    relay.put(PARCEL)
    attack(postgres, "UPDATE countersign_parcels SET stored_at = stored_at + %s", shift)
    _, mark = relay.names()
    later = relay.put(b"later")
    assert later in relay.names(mark)[0], "a time far ahead must not become the mark"
    assert NAME in relay.names()[0]


def test_whole_tables_may_disappear(postgres: PostgresServer) -> None:
    settings = made_database(postgres, "dropped")
    relay = PostgresRelay(settings, WORKSPACE)
    relay.put(PARCEL)
    with postgres.owner("dropped") as owner:
        owner.execute("DROP TABLE countersign_parcels")
    with pytest.raises(ConnectorError, match=r"^relay\.foreign_table$"):
        relay.names()
    assert relay.names()[0] == []  # made anew on a new line: everything is gone, and the others' checkpoints say so
    relay.close()


def test_a_database_without_an_encoding_does_not_break_the_list(postgres: PostgresServer) -> None:
    with postgres.owner() as owner:
        owner.execute("DROP DATABASE IF EXISTS ascii")
        owner.execute("CREATE DATABASE ascii ENCODING SQL_ASCII TEMPLATE template0 LOCALE 'C'")
    relay = PostgresRelay(postgres.settings(OWNER, "ascii"), WORKSPACE)
    relay.put(PARCEL)
    assert list(relay.names()[0]) == [NAME]
    with postgres.owner("ascii") as owner:
        owner.execute("SET client_encoding = 'SQL_ASCII'")
        owner.execute(b"INSERT INTO countersign_parcels VALUES (%s, E'\\xff\\xfe', '', now())", [TAG])
    with pytest.raises(ConnectorError, match=r"^relay\.foreign_table$"):
        relay.names()
    relay.close()


# --- Loading ---


def test_the_driver_is_loaded_only_where_it_is_used() -> None:
    check = (
        "import sys, countersign.adapters.relays.postgres_settings, countersign.adapters.relays.folder,"
        " countersign.adapters.relays.qr_frames; sys.exit('psycopg' in sys.modules or 'zxingcpp' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
