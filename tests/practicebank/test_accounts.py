"""Reading accounts under a consent, every reply judged by the standard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.practicebank.running_bank import START

if TYPE_CHECKING:
    from tests.practicebank.running_bank import Client, RunningBank


def ask(client: Client, **changes: object) -> dict[str, Any]:
    body: dict[str, object] = {
        "access": {"allPsd2": "allAccounts"},
        "recurringIndicator": True,
        "validUntil": "2027-01-31",
        "frequencyPerDay": 4,
        "combinedServiceIndicator": False,
    }
    return client.call("POST", "/v1/consents", {**body, **changes}, expect=201)


def consent(client: Client, **changes: object) -> dict[str, str]:
    asked = ask(client, **changes)
    assert client.authorise(asked["_links"]["startAuthorisation"]["href"])["scaStatus"] == "finalised"
    assert client.call("GET", asked["_links"]["status"]["href"])["consentStatus"] == "valid"
    return {"Consent-ID": asked["consentId"]}


def test_accounts_balances_and_statements(bank: RunningBank, client: Client) -> None:
    bank.put("/clock", {"now": f"{START}T09:00:00+00:00"})
    headers = consent(client)
    accounts = client.call("GET", "/v1/accounts?withBalance=true", headers=headers)["accounts"]
    assert [a["currency"] for a in accounts] == ["EUR", "GBP", "CNY"]
    assert accounts[0]["balances"][0]["balanceAmount"] == {"currency": "EUR", "amount": "412000.00"}
    links = accounts[0]["_links"]
    detail = client.call("GET", links["account"]["href"], headers=headers)["account"]
    assert detail["ownerName"] == "Mei Hartmann"
    balances = client.call("GET", links["balances"]["href"], headers=headers)
    assert {b["balanceType"] for b in balances["balances"]} == {"interimBooked", "interimAvailable", "expected"}

    url = links["transactions"]["href"] + "?bookingStatus=both&dateFrom=2024-01-01&itemsPerPage=400"
    found: list[dict[str, Any]] = []
    pages = 0
    while url:
        report = client.call("GET", url, headers=headers)["transactions"]
        found.extend(report["booked"])
        url = report["_links"].get("next", {}).get("href", "")
        pages += 1
    assert pages == -(-len(found) // 400) > 1
    assert len({t["transactionId"] for t in found}) == len(found)
    days = [t["bookingDate"] for t in found]
    assert days == sorted(days, reverse=True)
    assert "2024-11-1" < days[-1] < "2024-11-20"
    assert "2026-11-13" <= days[0] <= "2026-11-15"
    assert {t["creditorName"] for t in found if "creditorName" in t} >= {"Jürgen Groß", "Atelier Verhoeven B.V."}

    part = "?bookingStatus=booked&dateFrom=2026-10-28&dateTo=2026-10-28"
    (salary,) = [
        t
        for t in client.call("GET", links["transactions"]["href"] + part, headers=headers)["transactions"]["booked"]
        if t["transactionAmount"]["amount"] == "5480.00"
    ]
    one = client.call("GET", f"{links['transactions']['href']}/{salary['transactionId']}", headers=headers)
    assert one["transactionsDetails"] == salary
    missing = client.refused("GET", links["transactions"]["href"] + "/none", headers=headers)
    assert missing[:2] == (404, "RESOURCE_UNKNOWN")


def test_a_payment_shows_as_pending_and_then_as_booked(bank: RunningBank, client: Client) -> None:
    headers = consent(client)
    account = bank.balance()["resource_id"]
    client.pay()
    url = f"/v1/accounts/{account}/transactions"
    pending = client.call("GET", f"{url}?bookingStatus=pending", headers=headers)["transactions"]["pending"]
    assert [t["transactionAmount"]["amount"] for t in pending] == ["-0.35", "-250000.00"]
    assert pending[1]["endToEndId"] == "HS-4471-DEPOSIT"
    bank.put("/clock", {"advance_ms": 31_000})
    later = client.call("GET", f"{url}?bookingStatus=both&dateFrom=2026-01-01&itemsPerPage=2", headers=headers)
    assert later["transactions"]["pending"] == []
    assert [t["transactionAmount"]["amount"] for t in later["transactions"]["booked"]] == ["-0.35", "-250000.00"]
    balance = client.call("GET", f"/v1/accounts/{account}/balances", headers=headers)["balances"][0]
    assert balance["balanceAmount"]["amount"] == "161999.65"


def test_a_consent_lives_and_ends(bank: RunningBank, client: Client) -> None:
    bank.put("/clock", {"now": f"{START}T09:00:00+00:00", "frozen": True})
    asked = ask(client, validUntil="2030-01-01")
    early = client.refused("GET", "/v1/accounts", headers={"Consent-ID": asked["consentId"]})
    assert early[:2] == (401, "CONSENT_INVALID")
    start = asked["_links"]["startAuthorisation"]["href"]
    client.authorise(start)
    assert len(client.call("GET", start)["authorisationIds"]) == 1
    assert client.refused("POST", start, {})[:2] == (409, "STATUS_INVALID")
    read = client.call("GET", asked["_links"]["self"]["href"])
    assert (read["consentStatus"], read["validUntil"]) == ("valid", "2027-05-15")  # 180 days at most
    headers = {"Consent-ID": asked["consentId"]}
    client.call("GET", "/v1/accounts", headers=headers)
    bank.put("/clock", {"now": "2027-05-16T00:00:00+00:00"})
    assert client.refused("GET", "/v1/accounts", headers=headers)[:2] == (401, "CONSENT_EXPIRED")
    second = consent(client, validUntil="2027-06-01")
    client.call("DELETE", f"/v1/consents/{second['Consent-ID']}", expect=204)
    assert client.refused("GET", "/v1/accounts", headers=second)[:2] == (401, "CONSENT_INVALID")
    unknown = "00000000-0000-4000-8000-000000000000"
    assert client.refused("GET", f"/v1/consents/{unknown}")[:2] == (403, "CONSENT_UNKNOWN")
    assert client.refused("GET", "/v1/accounts", headers={"Consent-ID": unknown})[:2] == (400, "CONSENT_UNKNOWN")
    assert client.refused("GET", "/v1/accounts")[:2] == (400, "FORMAT_ERROR")


def test_a_consent_covers_what_it_names_and_no_more(shared_bank: RunningBank, shared_client: Client) -> None:
    euro, pounds = shared_bank.balance(), shared_bank.balance("GBP")
    headers = consent(shared_client, access={"balances": [{"iban": euro["iban"]}]})
    accounts = shared_client.call("GET", "/v1/accounts", headers=headers)["accounts"]
    assert [a["iban"] for a in accounts] == [euro["iban"]]
    assert "transactions" not in accounts[0]["_links"]
    for path in (f"{euro['resource_id']}/transactions?bookingStatus=pending", pounds["resource_id"]):
        assert shared_client.refused("GET", f"/v1/accounts/{path}", headers=headers)[:2] == (401, "CONSENT_INVALID")
    every = consent(shared_client, access={"accounts": [], "balances": [], "transactions": []})
    assert len(shared_client.call("GET", "/v1/accounts", headers=every)["accounts"]) == 3
    assert shared_client.refused("GET", "/v1/accounts/none", headers=every)[:2] == (404, "RESOURCE_UNKNOWN")


def test_without_the_person_it_may_be_used_as_often_as_agreed(shared_client: Client) -> None:
    headers = consent(shared_client, frequencyPerDay=2)
    alone = {**headers, "PSU-IP-Address": ""}
    for _ in range(2):
        shared_client.call("GET", "/v1/accounts", headers=alone)
    assert shared_client.refused("GET", "/v1/accounts", headers=alone)[:2] == (429, "ACCESS_EXCEEDED")
    shared_client.call("GET", "/v1/accounts", headers=headers)


def test_what_is_not_a_consent_is_refused(shared_client: Client) -> None:
    good = {
        "access": {"allPsd2": "allAccounts"},
        "recurringIndicator": True,
        "validUntil": "2099-01-31",
        "frequencyPerDay": 4,
        "combinedServiceIndicator": False,
    }
    for name, value, path in (
        ("access", {}, "access"),
        ("access", {"allPsd2": "some"}, "access.allPsd2"),
        ("access", {"secrets": []}, "access.secrets"),
        ("access", {"accounts": [{"iban": "LU00"}]}, "access.accounts"),
        ("recurringIndicator", "yes", "recurringIndicator"),
        ("validUntil", "2020-01-01", "validUntil"),
        ("validUntil", "soon", "validUntil"),
        ("frequencyPerDay", 0, "frequencyPerDay"),
        ("combinedServiceIndicator", True, "combinedServiceIndicator"),
    ):
        found = shared_client.refused("POST", "/v1/consents", {**good, name: value})
        assert found == (400, "FORMAT_ERROR", path)
    foreign = {"accounts": [{"iban": "DE89370400440532013000"}]}
    found = shared_client.refused("POST", "/v1/consents", {**good, "access": foreign})
    assert found == (400, "RESOURCE_UNKNOWN", "access.accounts")


def test_what_is_not_a_question_for_a_statement_is_refused(shared_bank: RunningBank, shared_client: Client) -> None:
    headers = consent(shared_client)
    url = f"/v1/accounts/{shared_bank.balance()['resource_id']}/transactions"
    for query, code, path in (
        ("", "FORMAT_ERROR", "bookingStatus"),
        ("?bookingStatus=booked", "FORMAT_ERROR", "dateFrom"),
        ("?bookingStatus=booked&dateFrom=yesterday", "FORMAT_ERROR", "dateFrom"),
        ("?bookingStatus=booked&dateFrom=2026-01-01&itemsPerPage=many", "FORMAT_ERROR", "itemsPerPage"),
        ("?bookingStatus=booked&dateFrom=2026-01-01&deltaList=true", "PARAMETER_NOT_SUPPORTED", "deltaList"),
    ):
        assert shared_client.refused("GET", url + query, headers=headers) == (400, code, path)
