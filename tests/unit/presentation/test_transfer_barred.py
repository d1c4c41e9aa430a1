"""Who can't ask for payments is told so at the first step, and by whichever use case is reached all the same."""

from __future__ import annotations

import pytest

from countersign.application.flows.transfer import Step
from countersign.application.use_cases.request_batch import request_batch
from countersign.domain.errors import SecurityError
from countersign.presentation.error_texts import sentence
from countersign.testing import fakes
from countersign.testing.fake_sharing import Colleague, Office
from tests.unit.application.test_batches import checked, many, run
from tests.unit.presentation.team_desk import four
from tests.unit.presentation.transfer_pages import TransferPage

ROLE = "What you write here could not be requested. Ask \u2066Mei Chen\u2069 or \u2066Ravi Singh\u2069 to do it."
LAPSED = fakes.START_MS + 6 * fakes.DAY_MS


def seen_by(name: str) -> Colleague:
    office = Office()
    mei = four(office)
    return office.colleague(office.present(mei, name), mei.world.clock, mei.world.entropy)


@pytest.mark.parametrize(
    ("name", "at", "said"),
    [
        ("Tom Okoro", 0, ROLE),  # an approver
        ("Anna Weiss", 0, ROLE),  # an auditor
        ("Ravi Singh", LAPSED, sentence("author.access_lapsed")),
    ],
)
def test_it_is_said_at_the_first_step_and_leads_no_further(name: str, at: int, said: str) -> None:
    who = seen_by(name)
    who.world.clock.advance(max(at - who.world.clock.now_ms(), 0))
    page = TransferPage(who.world)
    page.presenter.start()
    assert page.state.problem.text == said
    page.presenter.payee.type_name("Somebody New")
    page.presenter.payee.go_on()
    assert (page.state.step, page.state.problem.text) == (Step.PAYEE, said)


def test_who_may_ask_is_told_nothing() -> None:
    page = TransferPage(seen_by("Ravi Singh").world)
    page.presenter.start()
    assert page.state.problem.text == ""


def test_no_list_is_requested_either_and_nothing_of_it_is_written() -> None:
    who = seen_by("Tom Okoro")
    head, _lines = checked(who.world, many(2))
    before = who.vault.heads()
    with pytest.raises(SecurityError, match=r"^author\.no_role$"):
        run(who.world, request_batch(who.world.session, head.batch))
    assert who.vault.heads() == before
