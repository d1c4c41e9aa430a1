"""The practice world: invented, plausible, with one trap waiting."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from schwifty import BIC, IBAN

from practicebank import ibans
from practicebank.seeded import Seeded
from practicebank.world import cast
from practicebank.world.history import make_history
from practicebank.world.mailbox import make_mailbox


@pytest.mark.parametrize("seed", [1, 2, 7])
def test_two_years_of_a_believable_life(seed: int) -> None:
    end = date(2026, 11, 22)
    lines = list(make_history(seed, end))
    assert 1_300 < len(lines) < 1_800
    assert [line.day for line in lines] == sorted(line.day for line in lines)
    assert (end - lines[0].day).days > 725
    assert lines[-1].day < end
    for currency, _, _, closing in cast.OWN_ACCOUNTS:
        balance = closing
        for line in reversed(lines):
            balance -= line.amount_minor if line.currency == currency else 0
            assert balance > 0, "nobody was ever overdrawn"
    paid = [line.who for line in lines if line.amount_minor < 0]
    assert paid.count("verhoeven") == 4
    assert "stranger" not in paid
    assert lines == list(make_history(seed, end))


@pytest.mark.parametrize("seed", range(5))
def test_no_account_and_no_bank_is_anybodys(seed: int) -> None:
    choices = Seeded(seed, "accounts")
    for holder in cast.HOLDERS:
        iban = cast.make_iban(holder.bank, choices)
        assert ibans.is_well_formed(iban)
        assert IBAN(iban, validate_bban=True).bank is None, "the bank code is a real bank's"
        assert not BIC(holder.bank.bic).exists


def test_one_invoice_is_redirected_and_one_contract_is_genuine() -> None:
    numbers = {holder.key: f"IBAN-{holder.key}" for holder in cast.HOLDERS}
    messages = make_mailbox(numbers, date(2026, 11, 22))
    asked = {m["kind"]: m["asks"]["iban"] for m in messages if isinstance(m["asks"], dict)}
    assert asked == {
        "invoice": "IBAN-baldai",
        "contract": "IBAN-hartwell",
        "invoice_redirected": "IBAN-stranger",
    }
    assert len([holder for holder in cast.HOLDERS if holder.payee]) == 12
    assert len({holder.bank for holder in cast.HOLDERS}) >= 8


def test_the_bank_is_a_program_of_its_own(project_root: Path) -> None:
    for module in (project_root / "app" / "practicebank").rglob("*.py"):
        assert "countersign" not in module.read_text(encoding="utf-8").lower(), module
