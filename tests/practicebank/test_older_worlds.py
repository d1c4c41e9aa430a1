"""A world made by an earlier practice bank opens in this one, with everything that was in it."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import httpx
import pytest

from practicebank.schema_upgrade import upgrade
from tests.practicebank.running_bank import RunningBank as Started

if TYPE_CHECKING:
    from pathlib import Path

    from tests.practicebank.running_bank import Client, RunningBank

LATER_TABLES = (
    *("payment_files", "signatures", "signatories", "companies", "customers", "basket_items", "baskets"),
    *("photos", "national_directory", "name_checks"),
)
LATER_COLUMNS = (("payments", "service"), ("payments", "parent_id"), ("payments", "arrival"), ("phone", "psu_id"))


def make_older(path: Path) -> None:
    """Take away from a world what the first practice bank didn't have."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("DROP INDEX payments_by_parent")
        for table in LATER_TABLES:
            db.execute(f"DROP TABLE {table}")
        for table, column in LATER_COLUMNS:
            db.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        db.execute("DELETE FROM settings WHERE name IN ('company', 'national_directory')")
        db.execute("DELETE FROM entries WHERE resource_id IN (SELECT resource_id FROM accounts WHERE position > 100)")
        db.execute("DELETE FROM directory WHERE iban IN (SELECT iban FROM accounts WHERE position > 100)")
        db.execute("DELETE FROM accounts WHERE position > 100")
        (sql,) = db.execute("SELECT sql FROM sqlite_master WHERE name = 'authorisations'").fetchone()
        older = sql.replace(", 'basket'", "").replace("authorisations", "older")
        db.execute(older)
        db.execute("INSERT INTO older SELECT * FROM authorisations")
        db.execute("DROP TABLE authorisations")
        db.execute("ALTER TABLE older RENAME TO authorisations")


def test_it_opens_with_everything_that_was_in_it(bank: RunningBank, client: Client) -> None:
    done = client.pay()
    open_one = client.initiate()
    challenge = client.challenged(open_one["_links"]["startAuthorisation"]["href"])
    code = client.sms_code()
    before = bank.dump()
    world = bank.get("/world")
    bank.kill()
    make_older(bank.world / "bank.sqlite3")
    assert bank.dump() == {**before, "company_accounts": []}, "an older world can be looked at without changing it"
    with Started(bank.world) as again:
        client.bank = again
        client.http.close()
        client.http = httpx.Client(verify=client.context, base_url=again.ready["api_url"])
        assert again.get("/world") == world
        assert again.dump()["accounts"] == before["accounts"]
        assert client.status(done) == "ACSP"
        # A code that was sent before still counts, and messages are still on the phone.
        assert client.sms_code() == code
        answer = challenge["_links"]["authoriseTransaction"]["href"]
        assert client.call("PUT", answer, {"scaAuthenticationData": code})["scaStatus"] == "finalised"
        basket = client.call(
            "POST", "/v1/signing-baskets", {"paymentIds": [client.initiate()["paymentId"]]}, expect=201
        )
        assert client.authorise(basket["_links"]["startAuthorisation"]["href"])["scaStatus"] == "finalised"


def test_an_upgrade_that_fails_changes_nothing(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "x.sqlite3", isolation_level=None)) as db:
        db.execute("CREATE TABLE phone (seq INTEGER PRIMARY KEY)")
        with pytest.raises(sqlite3.OperationalError):
            upgrade(db, "CREATE TABLE good (a TEXT);\nCREATE TABLE bad (a TEXT, a TEXT);\n")
        tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master")]
        columns = [row[1] for row in db.execute("PRAGMA table_info(phone)")]
    assert (tables, columns) == (["phone"], ["seq"])


def test_the_company_and_the_national_accounts_are_nobodys(shared_bank: RunningBank) -> None:
    world = shared_bank.get("/world")
    for one in world["company"]["accounts"]:
        assert one["iban"].startswith("LU")
        assert one["iban"][4:7] == "990"
    numbers = [one["account"] for one in world["national_payees"]]
    assert len(set(numbers)) == len(numbers) == 9
    assert all(re.fullmatch(r"[0-9]{14,19}", number) for number in numbers)
    own = {one["iban"] for one in world["accounts"]} | {one["iban"] for one in world["payees"]}
    assert own.isdisjoint(one["iban"] for one in world["company"]["accounts"])
