"""A workspace in memory whose device really signs, and an order that went all the way: what outsiders can check."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from countersign.adapters.vault.cryptography_suite import verify_ed25519
from countersign.application.flows.transfer import TransferDraft
from countersign.application.use_cases.approve_order import approve_order
from countersign.application.use_cases.assess_transfer import assess_transfer
from countersign.application.use_cases.freeze_order import freeze_order
from countersign.application.use_cases.keep_payee import keep_payee
from countersign.domain.ledger.event import device_identifier
from countersign.domain.money import Money
from countersign.domain.order import last_digits
from countersign.domain.payee import DetailsSource, PayeeDetails, PayeeKind
from countersign.domain.secret import SecretText
from countersign.testing import fake_vault, fakes

if TYPE_CHECKING:
    import pytest

    from countersign.testing.fakes import World


def real_keys(monkeypatch: pytest.MonkeyPatch, seed: bytes = b"s" * 32) -> str:
    """Have vaults in memory sign with a real key from here on; return the device's fingerprint."""
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public = key.public_key().public_bytes_raw()
    monkeypatch.setattr(fake_vault, "_KEY", public)
    monkeypatch.setattr(fake_vault, "DEVICE", device_identifier(public))
    monkeypatch.setattr(fake_vault, "fake_sign", key.sign)
    monkeypatch.setattr(fake_vault, "fake_verify", verify_ed25519)
    return device_identifier(public)


def approved_order(
    world: World, minor: int = 600_000, remittance: str = "Invoice 1025", agreed_name: str = "", kept_account: str = ""
) -> str:
    """Freeze and approve a payment to the landlord, agreed under another name or kept with another account."""
    name, account, agent = fakes.LANDLORD
    details = PayeeDetails(name, kept_account or account, agent, PayeeKind.COMPANY, DetailsSource.CONTRACT)
    check = world.bank.verify_payee(name, account)
    payee, version = keep_payee(world.vault, world.entropy, details, world.payees[name], check)
    draft = TransferDraft("aa" * 16, payee=payee, name=agreed_name or name, account=account, agent=agent, check=check)
    draft = replace(draft, source=DetailsSource.CONTRACT, amount=Money(minor, "EUR"), debtor_account=fakes.MAIN)
    draft = replace(draft, remittance=remittance)
    session = world.session
    assessment = assess_transfer(session.reader, draft, session.clock.now_ms(), session.zone, "Mei Hartmann")
    content = freeze_order(world.vault, world.entropy, draft, version, assessment).content
    approve_order(world.vault, content.order, content.payment, content.digest, last_digits(account))
    return content.order


def begun_order(world: World) -> str:
    """Hand an approved order to the bank, up to the code."""
    order = approved_order(world)
    submission = world.session.submission(order)
    submission.begin()
    submission.authenticate(SecretText(fakes.PASSWORD))
    submission.choose("sms-1")
    return order


def settled_order(world: World) -> str:
    """Pay, and hear that it is settled."""
    order = begun_order(world)
    record = world.reader.order(order)
    assert record is not None
    submission = world.session.submission(order)
    submission.answer(SecretText(fakes.CODE), record.content.payment, record.digest)
    submission.reconcile()
    return order
