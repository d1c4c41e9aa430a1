"""Name checks as China and Taiwan do them, and answers that are awaited."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from practicebank.vop import mask
from tests.practicebank.running_bank import RunningBank as Started

if TYPE_CHECKING:
    from tests.practicebank.running_bank import Client, RunningBank

VERIFY = "/v1/payee-verifications"


def holders(bank: RunningBank, country: str) -> list[dict[str, Any]]:
    return [one for one in bank.get("/world")["national_payees"] if one["country"] == country]


def ask(bank: RunningBank, holder: str, **changes: object) -> dict[str, object]:
    found = next(one for one in bank.get("/world")["national_payees"] if one["holder"] == holder)
    body: dict[str, object] = {
        "scheme": "CN-NAME" if found["country"] == "CN" else "TW-MASKED",
        "creditorName": holder,
        "creditorAccount": {"bban": found["account"]},
        "creditorAgentMemberId": found["member_id"],
    }
    return {**body, **changes}


@pytest.mark.parametrize(
    ("name", "shown"), [("王小明", "王○明"), ("陳美", "陳○"), ("歐陽文華", "歐○○華"), ("林", "林"), ("", "")]
)
def test_a_masked_name_keeps_its_ends(name: str, shown: str) -> None:
    assert mask(name) == shown


def test_in_china_a_name_fits_or_it_does_not(shared_bank: RunningBank, shared_client: Client) -> None:
    cases = (
        ("陈淑兰", "陈淑兰", "NM00", "户名相符"),
        ("陈淑兰", "陈 淑兰", "NM00", "户名相符"),
        ("陈淑兰", "陈淑芳", "NM01", "户名不符"),
        ("上海张江置业有限公司", "上海张江置业有限公司", "NM00", "户名相符"),
        # No kindness: a company's name without its form is another name.
        ("上海张江置业有限公司", "上海张江置业", "NM01", "户名不符"),
        ("苏州静苑书画社", "苏州静苑书画社", "NM09", "无法核验"),
    )
    for holder, asked, code, text in cases:
        body = ask(shared_bank, holder, creditorName=asked)
        answer = shared_client.call("POST", VERIFY, body)
        assert (answer["scheme"], answer["resultCode"], answer["resultText"]) == ("CN-NAME", code, text), asked
        assert answer["creditorAccount"] == body["creditorAccount"]
        assert "outcome" not in answer
        assert holder == asked or holder not in str(answer), "nobody is told whose account it is"


def test_in_china_by_card_and_by_the_right_bank_only(shared_bank: RunningBank, shared_client: Client) -> None:
    card = holders(shared_bank, "CN")[0]["account"]
    body = ask(shared_bank, "陈淑兰", creditorAccount={"pan": card})
    del body["creditorAgentMemberId"]
    assert shared_client.call("POST", VERIFY, body)["resultCode"] == "NM00"
    elsewhere = ask(shared_bank, "陈淑兰", creditorAgentMemberId="999581000026")
    assert shared_client.call("POST", VERIFY, elsewhere)["resultCode"] == "NM09"
    unknown = ask(shared_bank, "陈淑兰", creditorAccount={"bban": "9000000000000000000"})
    assert shared_client.call("POST", VERIFY, unknown)["resultCode"] == "NM09"


def test_in_taiwan_the_holder_is_shown_masked(shared_bank: RunningBank, shared_client: Client) -> None:
    cases = (
        ("王小明", "王○明"),
        ("陳美", "陳○"),
        ("歐陽文華", "歐○○華"),
        ("台灣山海儀器股份有限公司", "台灣山海儀器股份有限公司"),
    )
    for holder, shown in cases:
        # Whatever was typed: the bank shows, the payer compares.
        for typed in (holder, "someone else", None):
            body = {k: v for k, v in ask(shared_bank, holder, creditorName=typed).items() if v is not None}
            answer = shared_client.call("POST", VERIFY, body)
            assert (answer["scheme"], answer["resultCode"], answer["maskedName"]) == ("TW-MASKED", "MN00", shown)
    silent = shared_client.call("POST", VERIFY, ask(shared_bank, "林雨桐"))
    assert (silent["resultCode"], "maskedName" in silent) == ("MN09", False)
    branch = ask(shared_bank, "王小明", creditorAgentMemberId="9900017")
    assert shared_client.call("POST", VERIFY, branch)["creditorAgentMemberId"] == "990"


def test_what_is_no_question_is_refused(shared_bank: RunningBank, shared_client: Client) -> None:
    for holder, changes, path in (
        ("陈淑兰", {"scheme": "XX"}, "scheme"),
        ("陈淑兰", {"creditorName": ""}, "creditorName"),
        ("陈淑兰", {"creditorAccount": {"bban": "abc"}}, "creditorAccount.bban"),
        ("陈淑兰", {"creditorAccount": {"pan": "6299990000000000"}}, "creditorAccount.pan"),
        ("陈淑兰", {"creditorAgentMemberId": "990"}, "creditorAgentMemberId"),
        ("王小明", {"creditorAccount": {"bban": "12"}}, "creditorAccount.bban"),
        ("王小明", {"creditorAccount": None}, "creditorAccount.bban"),
        ("王小明", {"creditorAgentMemberId": "99"}, "creditorAgentMemberId"),
    ):
        body = ask(shared_bank, holder, **changes)
        assert shared_client.refused("POST", VERIFY, body) == (400, "FORMAT_ERROR", path), changes


@pytest.mark.parametrize(
    ("verdict", "china", "taiwan"),
    [("MTCH", "NM00", "MN00"), ("CMTC", "NM01", "MN00"), ("NMTC", "NM01", "MN00"), ("NOAP", "NM09", "MN09")],
)
def test_a_tester_prescribes_these_too(
    shared_bank: RunningBank, shared_client: Client, verdict: str, china: str, taiwan: str
) -> None:
    shared_bank.put("/outcomes", {"name_check": {"*": verdict}})
    assert shared_client.call("POST", VERIFY, ask(shared_bank, "陈淑兰"))["resultCode"] == china
    answer = shared_client.call("POST", VERIFY, ask(shared_bank, "林雨桐"))
    assert (answer["resultCode"], answer.get("maskedName")) == (taiwan, None if taiwan == "MN09" else "林○桐")
    shared_bank.put("/outcomes", {"name_check": {}})


def test_an_answer_may_be_awaited(bank: RunningBank, client: Client) -> None:
    bank.put("/outcomes", {"name_check_pending": 2})
    payee = bank.get("/world")["payees"][0]
    body = {"creditorName": payee["name"], "creditorAccount": {"iban": payee["iban"]}}
    request = client.request("POST", VERIFY, body)
    first = client.send(request).json()
    assert (first["scheme"], first["outcome"]) == ("EPC-VOP", "PDNG")
    poll = first["_links"]["status"]["href"]
    second = client.call("GET", poll)
    assert (second["outcome"], second["verificationId"]) == ("PDNG", first["verificationId"])
    done = client.call("GET", poll)
    assert (done["outcome"], "_links" in done) == ("MTCH", False)
    assert done["requestId"] == first["requestId"] == request.headers["x-request-id"]
    assert client.call("GET", poll)["outcome"] == "MTCH"
    assert client.refused("GET", f"{VERIFY}/none")[:2] == (404, "RESOURCE_UNKNOWN")
    national = client.call("POST", VERIFY, ask(bank, "王小明"))
    assert (national["resultCode"], "maskedName" in national) == ("PDNG", False)


def test_an_awaited_answer_outlives_the_bank(bank: RunningBank, client: Client) -> None:
    bank.put("/outcomes", {"name_check_pending": 1})
    asked = client.call("POST", VERIFY, ask(bank, "陈淑兰"))
    bank.kill()
    with Started(bank.world) as again:
        assert again.ready["api_url"] == bank.ready["api_url"]
        assert client.call("GET", asked["_links"]["status"]["href"])["resultCode"] == "NM00"


@pytest.mark.parametrize("value", [-1, True, "soon", 101])
def test_waiting_is_counted_in_answers(shared_bank: RunningBank, value: object) -> None:
    shared_bank.put("/outcomes", {"name_check_pending": value}, expect=400)
