"""Verification of payee: the bank's own matching, and its four outcomes over the wire."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from practicebank.names import Likeness, compare_holders

if TYPE_CHECKING:
    from tests.practicebank.running_bank import Client, RunningBank

VERIFY = "/v1/payee-verifications"

SAME = [
    ("jürgen groß", "Jürgen Groß"),
    ("JUERGEN GROSS", "Jürgen Groß"),
    ("Jurgen Gross", "Jürgen Groß"),
    ("Groß, Jürgen", "Jürgen Groß"),
    ("Herr Dr. Jürgen  Groß", "Jürgen Groß"),
    ("Ju\u0308rgen Groß", "Jürgen Groß"),
    ("Hartwell and Stone Solicitors LLP", "Hartwell & Stone Solicitors LLP"),
    ("Hartwell & Stone Solicitors", "Hartwell & Stone Solicitors LLP"),
    ("Mueller & Soehne Dachbau GmbH", "Müller & Söhne Dachbau GmbH"),
    ("Muller und Sohne Dachbau", "Müller & Söhne Dachbau GmbH"),
    ("Atelier Verhoeven BV", "Atelier Verhoeven B.V."),
    ("Siobhan ORourke", "Siobhán O'Rourke"),
    ("上海张江置业有限公司", "上海张江置业有限公司"),
    ("上海张江置业", "上海张江置业有限公司"),
    ("Stadtwerke Mosel Energie SA", "Stadtwerke Mosel Énergie S.A."),
]
CLOSE = [
    ("J. Groß", "Jürgen Groß"),
    ("Jürgen Gros", "Jürgen Groß"),
    ("Jurgne Gross", "Jürgen Groß"),
    ("Hartwell & Stone", "Hartwell & Stone Solicitors LLP"),
    ("Hartwel & Stone Solicitors LLP", "Hartwell & Stone Solicitors LLP"),
    ("Müller & Söhne Dachbau AG", "Müller & Söhne Dachbau GmbH"),
    ("Atelier Verhoven", "Atelier Verhoeven B.V."),
]
DIFFERENT = [
    ("Atelier Verhoeven B.V.", "Tomas Venckus"),
    ("Jürgen Groß", "Helga Groß"),
    ("Groß", "Jürgen Maximilian Groß"),
    ("J. G.", "Jürgen Groß"),
    ("Li", "Lu"),
    ("GmbH", "Müller & Söhne Dachbau GmbH"),
    ("?", "Jürgen Groß"),
    ("北京张江置业有限公司", "上海张江置业有限公司"),
]


@pytest.mark.parametrize(("asked", "holder"), SAME)
def test_the_same_name_written_otherwise(asked: str, holder: str) -> None:
    assert compare_holders(asked, [holder]) is Likeness.SAME


@pytest.mark.parametrize(("asked", "holder"), CLOSE)
def test_nearly_the_name(asked: str, holder: str) -> None:
    assert compare_holders(asked, [holder]) is Likeness.CLOSE


@pytest.mark.parametrize(("asked", "holder"), DIFFERENT)
def test_another_name(asked: str, holder: str) -> None:
    assert compare_holders(asked, [holder]) is Likeness.DIFFERENT


def test_one_of_two_holders_is_enough() -> None:
    joint = ["Anna-Lucia Steiner", "Paul Steiner"]
    for asked in ("Paul Steiner", "Steiner Anna Lucia", "Paul Steiner and Anna-Lucia Steiner"):
        assert compare_holders(asked, joint) is Likeness.SAME
    assert compare_holders("P. Steiner", joint) is Likeness.CLOSE
    assert compare_holders("Maria Huber", joint) is Likeness.DIFFERENT


def test_the_worlds_payees_match_and_the_redirected_invoice_does_not(
    shared_bank: RunningBank, shared_client: Client
) -> None:
    world = shared_bank.get("/world")
    for payee in world["payees"]:
        body = {"creditorName": payee["name"], "creditorAccount": {"iban": payee["iban"]}}
        assert shared_client.call("POST", VERIFY, body)["outcome"] == "MTCH", payee
    outcomes = {}
    for message in world["mailbox"]:
        if message["asks"]:
            body = {
                "creditorName": message["asks"]["creditor_name"],
                "creditorAccount": {"iban": message["asks"]["iban"]},
            }
            outcomes[message["kind"]] = shared_client.call("POST", VERIFY, body)
    assert {kind: answer["outcome"] for kind, answer in outcomes.items()} == {
        "invoice": "MTCH",
        "contract": "MTCH",
        "invoice_redirected": "NMTC",
    }
    # A mismatch tells nobody whose account it is.
    assert "Venckus" not in str(outcomes["invoice_redirected"])


def test_an_answer_is_bound_to_its_account(shared_bank: RunningBank, shared_client: Client) -> None:
    payee = shared_bank.get("/world")["payees"][2]
    body = {"creditorName": "Jürgen Gros", "creditorAccount": {"iban": payee["iban"]}}
    request = shared_client.request("POST", VERIFY, body)
    answer = shared_client.send(request).json()
    assert answer["outcome"] == "CMTC"
    assert answer["matchedName"] == "Jürgen Groß"
    assert answer["requestId"] == request.headers["x-request-id"]
    assert answer["accountHash"] == hashlib.sha256(payee["iban"].encode()).hexdigest()
    assert answer["checkedAt"].endswith("Z")
    elsewhere = {"creditorName": "Jürgen Groß", "creditorAccount": {"iban": "DE89370400440532013000"}}
    unknown = shared_client.call("POST", VERIFY, elsewhere)
    assert (unknown["outcome"], "matchedName" in unknown) == ("NOAP", False)
    unfit: list[dict[str, object]] = [
        {"creditorName": ""},
        {"creditorAccount": {"iban": "DE00"}},
        {"creditorAccount": {}},
    ]
    for changes in unfit:
        assert shared_client.refused("POST", VERIFY, {**body, **changes})[:2] == (400, "FORMAT_ERROR")


@pytest.mark.parametrize("verdict", ["MTCH", "CMTC", "NMTC", "NOAP"])
def test_a_tester_prescribes_the_outcome(shared_bank: RunningBank, shared_client: Client, verdict: str) -> None:
    payee = shared_bank.get("/world")["payees"][0]
    body = {"creditorName": payee["name"], "creditorAccount": {"iban": payee["iban"]}}
    for key in (payee["iban"], "*"):
        shared_bank.put("/outcomes", {"name_check": {key: verdict}})
        answer = shared_client.call("POST", VERIFY, body)
        assert answer["outcome"] == verdict
        assert ("matchedName" in answer) == (verdict == "CMTC")
    shared_bank.put("/outcomes", {"name_check": {}})
