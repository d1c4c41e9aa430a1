"""Templates: an order kept to be used again, with the payee as it is now and nothing that was checked then."""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.application.flows.transfer import TransferDraft
from countersign.application.use_cases.assess_transfer import assess_transfer
from countersign.application.use_cases.freeze_order import freeze_order
from countersign.application.use_cases.keep_payee import keep_payee
from countersign.application.use_cases.templates import (
    TemplateFacts,
    draft_of_template,
    drop_template,
    keep_template,
    templates,
)
from countersign.domain.errors import UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft
from countersign.domain.money import Money
from countersign.domain.payee import DetailsSource, PayeeDetails, PayeeKind
from countersign.presentation.templates import TemplatesPresenter, TemplatesState, changes_of
from countersign.testing import fakes
from tests.unit.presentation.recorded import Seen, Went

LANDLORD, ACCOUNT, AGENT = fakes.LANDLORD
NEW_ACCOUNT = "DE89370400440532013000"


def frozen(world: fakes.World) -> str:
    payee = world.payees[LANDLORD]
    record = world.reader.payee(payee)
    assert record is not None
    draft = TransferDraft(
        "ab" * 16, payee=payee, name=LANDLORD, account=ACCOUNT, source=DetailsSource.CONTRACT,
        amount=Money(600_000, "EUR"), remittance="Rent", debtor_account=fakes.MAIN,
    )  # fmt: skip
    assessment = assess_transfer(world.reader, draft, world.clock.now_ms(), fakes.ZONE, "Mei")
    return freeze_order(world.vault, world.entropy, draft, record.version.event, assessment).content.order


@pytest.fixture
def world() -> fakes.World:
    return fakes.make_world()


def kept(world: fakes.World) -> TemplateFacts:
    keep_template(world.vault, world.entropy, frozen(world))
    (found,) = templates(world.reader)
    return found


def test_an_order_is_kept_listed_and_dropped(world: fakes.World) -> None:
    found = kept(world)
    assert found.row.name == f"{LANDLORD} · Rent"
    drop_template(world.vault, found.row.template)
    assert templates(world.reader) == ()
    with pytest.raises(UserFacingError) as refused:
        keep_template(world.vault, world.entropy, "00" * 16)
    assert refused.value.code == "order.unknown"


def test_the_draft_has_what_stood_there_and_nothing_that_was_checked(world: fakes.World) -> None:
    draft = draft_of_template(world.vault, world.entropy, kept(world))
    assert (draft.name, draft.account, draft.amount) == (LANDLORD, ACCOUNT, Money(600_000, "EUR"))
    assert (draft.check, draft.call_back, draft.order, draft.answers) == (None, False, "", {})
    assert draft.source is DetailsSource.BANK_RECORDS


def test_a_changed_account_is_said_first_and_is_the_one_that_is_paid(world: fakes.World) -> None:
    payee = kept(world).record.content.payee
    details = PayeeDetails(LANDLORD, NEW_ACCOUNT, "", PayeeKind.COMPANY, DetailsSource.EMAIL)
    keep_payee(world.vault, world.entropy, details, payee, None)
    (found,) = templates(world.reader)
    changes = changes_of(found, world.clock.now_ms())
    assert changes[0][1] == "danger"
    assert "another one now" in changes[0][0]
    assert ("The bank never confirmed this name.", "warn") in changes
    draft = draft_of_template(world.vault, world.entropy, found)
    assert (draft.account, draft.source) == (NEW_ACCOUNT, DetailsSource.EMAIL)


def test_a_payee_in_conflict_makes_no_transfer(world: fakes.World) -> None:
    found = kept(world)
    first = found.record.content.payee_version
    for account in (NEW_ACCOUNT, "DE02120300000000202051"):
        details = PayeeDetails(LANDLORD, account, "", PayeeKind.COMPANY, DetailsSource.EMAIL)
        body = {**details.canonical(), "supersedes": [first]}
        with world.vault.transaction() as change:
            change.append(EventDraft(kinds.PAYEE_CHANGED, found.record.content.payee, body, refs=(first,)))
    (found,) = templates(world.reader)
    with pytest.raises(UserFacingError) as refused:
        draft_of_template(world.vault, world.entropy, found)
    assert refused.value.code == "template.unknown"


def test_age_of_the_name_check_and_another_amount_are_said(world: fakes.World) -> None:
    found = kept(world)
    now = world.clock.now_ms()
    texts = dict(changes_of(found, now))
    assert any("asked about the name" in text for text in texts)
    renamed = replace(found, before=())
    assert not any("last payment" in text for text, _tone in changes_of(renamed, now))


def test_the_page_lists_uses_and_drops(world: fakes.World) -> None:
    facts = kept(world)
    view, went = Seen[TemplatesState](), Went()
    presenter = TemplatesPresenter(world.session, view, went)
    presenter.start()
    (card,) = view.now.cards
    assert (card.payee, card.reference, card.blocked) == (LANDLORD, "Rent", "")
    presenter.use(facts.row.template)
    assert went.to[-1][0] == "transfer"
    presenter.use("unknown")
    presenter.drop(facts.row.template)
    assert view.now.cards == ()
    presenter.leave()
    presenter.close()
    assert went.to[-1] == ("transfer", "")
