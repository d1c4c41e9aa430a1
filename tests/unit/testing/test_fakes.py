"""The fakes hold to the ports' promises where tests of pages rest on them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from countersign.application.flows.submission import Phase
from countersign.application.flows.transfer import TransferDraft
from countersign.application.use_cases.approve_order import approve_order
from countersign.application.use_cases.assess_transfer import assess_transfer
from countersign.application.use_cases.freeze_order import freeze_order
from countersign.application.use_cases.keep_payee import keep_payee
from countersign.application.use_cases.save_draft import save_draft, saved_drafts
from countersign.domain.ledger import kinds
from countersign.domain.money import Money
from countersign.domain.order import last_digits
from countersign.domain.order_state import OrderState
from countersign.domain.payee import DetailsSource, PayeeDetails, PayeeKind
from countersign.domain.secret import SecretText
from countersign.testing import fakes

if TYPE_CHECKING:
    from countersign.testing.fakes import World


@pytest.fixture
def world() -> World:
    return fakes.make_world()


def approved(world: World) -> str:
    """Freeze and approve a payment to the landlord; return the order."""
    name, account, agent = fakes.LANDLORD
    details = PayeeDetails(name, account, agent, PayeeKind.COMPANY, DetailsSource.CONTRACT)
    check = world.bank.verify_payee(name, account)
    payee, version = keep_payee(world.vault, world.entropy, details, world.payees[name], check)
    draft = TransferDraft("aa" * 16, payee=payee, name=name, account=account, check=check)
    draft = replace(draft, source=DetailsSource.CONTRACT, amount=Money(600_000, "EUR"), debtor_account=fakes.MAIN)
    session = world.session
    assessment = assess_transfer(session.reader, draft, session.clock.now_ms(), session.zone, "Mei Hartmann")
    content = freeze_order(world.vault, world.entropy, draft, version, assessment).content
    approve_order(world.vault, content.order, content.payment, content.digest, last_digits(account))
    return content.order


def test_an_order_goes_from_freezing_to_settled_and_is_executed_once(world: World) -> None:
    order = approved(world)
    submission = world.session.submission(order)
    submission.begin()
    assert submission.progress.phase is Phase.PASSWORD
    submission.authenticate(SecretText(fakes.PASSWORD))
    submission.choose("sms-1")
    assert fakes.CODE in world.practice.phone(0)[0].text
    record = world.reader.order(order)
    assert record is not None
    submission.answer(SecretText(fakes.CODE), record.content.payment, record.digest)
    submission.reconcile()
    settled = world.reader.order(order)
    assert settled is not None
    assert settled.state is OrderState.SETTLED
    assert not settled.faults
    assert world.bank.executions == [record.content.payment.end_to_end_id]
    assert world.reader.timeline(order)[0].kind == kinds.ORDER_FROZEN


def test_a_lost_reply_is_asked_about_and_not_sent_again(world: World) -> None:
    order = approved(world)
    submission = world.session.submission(order)
    submission.begin()
    submission.authenticate(SecretText(fakes.PASSWORD))
    submission.choose("sms-1")
    record = world.reader.order(order)
    assert record is not None
    world.bank.lost_replies.append("answer")
    submission.answer(SecretText(fakes.CODE), record.content.payment, record.digest)
    assert world.bank.calls.count("answer") == 1
    assert submission.progress.phase is Phase.ACCEPTED
    assert len(world.bank.executions) == 1


def test_a_transaction_that_fails_leaves_nothing_behind(world: World) -> None:
    before = len(world.vault.events_of("aa" * 16)), saved_drafts(world.vault)

    def full() -> None:
        raise OSError(28, "full")

    world.vault.before_commit = full
    with pytest.raises(OSError, match="full"):
        save_draft(world.vault, TransferDraft("aa" * 16))
    assert (len(world.vault.events_of("aa" * 16)), saved_drafts(world.vault)) == before


def test_work_waits_until_it_is_asked_for() -> None:
    tasks = fakes.ManualTasks()
    world = fakes.make_world(tasks=tasks)
    order = approved(world)
    submission = world.session.submission(order)
    submission.begin()
    seen = [submission.progress.phase]
    assert tasks.waiting
    tasks.finish()
    seen.append(submission.progress.phase)
    assert seen == [Phase.WORKING, Phase.PASSWORD]
