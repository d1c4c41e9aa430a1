"""Files that this program writes, at the practice bank's portal: carried out, and called off again."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

import pytest

from countersign.adapters.banks.files.camt055 import (
    Camt055Version,
    CancellationReason,
    original_payment,
    write_camt055,
)
from countersign.adapters.banks.files.pain001.usage import UsageRules
from countersign.adapters.banks.files.pain001.versions import Pain001Version
from countersign.adapters.banks.files.pain001.writer import write_pain001
from countersign.adapters.practice.world import PracticeBank, open_practice_bank
from countersign.adapters.system.clock import SystemClock, SystemEntropy
from countersign.domain.money import Money
from countersign.domain.payment import PaymentFields, PaymentProduct

HOLDER = "Mei Hartmann"
END_SECONDS = 30.0


@pytest.fixture(scope="module")
def hands(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeBank]:
    world: Path = tmp_path_factory.mktemp("practice") / "world"
    found = open_practice_bank(world, SystemClock(), SystemEntropy(), options=("--linger", "0"))
    yield found
    found.close_and_wait(END_SECONDS)


def _payment(hands: PracticeBank, product: PaymentProduct, identification: str) -> PaymentFields:
    world = hands.world()
    own = cast("list[Mapping[str, str]]", world["accounts"])[0]
    payee = next(one for one in cast("list[Mapping[str, str]]", world["payees"]) if one["kind"] == "landlord")
    return PaymentFields(
        instructed_amount=Money(12_345, "EUR"),
        debtor_account=own["iban"],
        creditor_name="Jurgen Gross",
        creditor_account=payee["iban"],
        creditor_agent=payee["bic"],
        end_to_end_id=identification,
        remittance="Rent 12/2026",
        requested_execution_date="",
        product=product,
    )


@pytest.mark.parametrize("version", list(Pain001Version))
@pytest.mark.parametrize(
    ("product", "name", "final"),
    [
        (PaymentProduct.SEPA, "sepa-credit-transfers", "ACSP"),
        (PaymentProduct.SEPA_INSTANT, "instant-sepa-credit-transfers", "ACSC"),
        (PaymentProduct.TARGET, "target-2-payments", "ACSP"),
    ],
)
def test_each_way_to_pay_is_understood(
    hands: PracticeBank, version: Pain001Version, product: PaymentProduct, name: str, final: str
) -> None:
    identification = f"{product.name}-{version.value[-2:]}".replace("_", "-")
    file = write_pain001(
        [_payment(hands, product, identification)],
        initiating_party=HOLDER,
        debtor_name=HOLDER,
        message_id=identification,
        created_at=SystemClock().now_ms(),
        version=version,
        usage=UsageRules.GERMAN,
    )
    taken = hands.upload(file.content)
    assert (taken.status, taken.reasons) == ("waiting", ())
    (seen,) = taken.transactions
    assert (seen.end_to_end, seen.amount, seen.product, seen.reasons) == (identification, "123.45", name, ())
    assert hands.release(taken.upload).transactions[0].status == final


@pytest.mark.parametrize("version", list(Camt055Version))
def test_a_recall_of_ours_calls_off_what_has_not_settled(hands: PracticeBank, version: Camt055Version) -> None:
    identification = f"RECALL-{version.value[-2:]}"
    file = write_pain001(
        [_payment(hands, PaymentProduct.SEPA, identification)],
        initiating_party=HOLDER,
        debtor_name=HOLDER,
        message_id=identification,
        created_at=SystemClock().now_ms(),
        version=Pain001Version.V09,
        usage=UsageRules.SEPA_EPC,
    )
    hands.control.set_clock({"frozen": True})
    sent = hands.upload(file.content)
    hands.release(sent.upload)
    recall = write_camt055(
        [original_payment(io.BytesIO(file.content), identification)],
        reason=CancellationReason.FRAUD,
        initiating_party=HOLDER,
        message_id=f"C-{identification}",
        created_at=SystemClock().now_ms(),
        version=version,
    )
    asked = hands.upload(recall.content)
    assert (asked.status, asked.message, asked.reasons) == ("waiting", version.value, ())
    assert hands.release(asked.upload).transactions[0].status == "ACCR"
    hands.control.set_clock({"frozen": False})
    assert hands.uploaded(sent.upload).transactions[0].status == "CANC"
    answer = [one for one in hands.downloads() if one.upload == asked.upload]
    assert [one.kind for one in answer] == [
        version.value.replace("055.001.08", "029.001.09").replace("055.001.09", "029.001.10")
    ]
    assert b"<Conf>CNCL</Conf>" in hands.download(answer[0].download)
