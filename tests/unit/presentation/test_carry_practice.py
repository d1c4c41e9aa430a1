"""The hands at the practice bank: what its portal and app show, what they refuse, and what comes down."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from countersign.application.ports.bank import Reach
from countersign.application.ports.practice import PortalDownload, PortalReason, PortalTransaction
from countersign.presentation.carry_practice import PracticeHands, PracticeState, name_result
from countersign.testing import fakes
from tests.unit.presentation.own_account import OWN, Dialogs, to_carrying

DUPLICATE = PortalReason("DU01", "Duplicate", 0)


class Hands:
    """The card without a window."""

    def __init__(self, folder: Path, reach: Reach) -> None:
        self.world = fakes.make_world()
        to_carrying(self.world, reach)
        self.reach, self.changes, self.folder = reach, 0, folder
        self.file = folder / "payment.xml"
        self.file.write_bytes(b"<Document/>")
        self.practice = PracticeHands(self.world.session, Dialogs(folder), self.changed)

    def changed(self) -> None:
        self.changes += 1

    @property
    def state(self) -> PracticeState:
        found = self.practice.state(self.world.reader.orders_in_flight()[0], self.reach)
        assert found is not None
        return found

    def buttons(self) -> tuple[str, ...]:
        return self.state.buttons


@pytest.fixture
def portal(tmp_path: Path) -> Hands:
    return Hands(tmp_path, Reach.FILES)


def test_a_file_goes_up_and_is_released_before_anything_comes_down(portal: Hands) -> None:
    assert portal.buttons() == ("upload",)
    portal.practice.release()  # nothing was uploaded yet
    portal.practice.upload(portal.file)
    assert portal.world.practice.files == [b"<Document/>"]
    assert portal.buttons() == ("release",)
    assert portal.state.lines[0] == "The portal has read the file. It waits for its release."
    portal.practice.release()
    assert portal.buttons() == ("report", "statement")
    portal.practice.release()
    assert portal.state.problem
    assert portal.changes


def test_a_refused_file_says_why_and_can_go_up_again(portal: Hands) -> None:
    portal.world.practice.refusal = (DUPLICATE,)
    portal.practice.upload(portal.file)
    assert portal.buttons() == ("upload",)
    assert "same payment before" in portal.state.lines[1]


def test_what_the_portal_shows_of_a_payment_is_shown(portal: Hands) -> None:
    portal.practice.upload(portal.file)
    shown = PortalTransaction(
        1, "P", "I", "E", "Jürgen Groß", "DE28", "6000.00", "EUR", "sepa", "RCVD", "CMTC", "J. Groß",
        (PortalReason("", "Look at it", 0),), "",
    )  # fmt: skip
    portal.world.practice.taken[0] = replace(portal.world.practice.taken[0], transactions=(shown,))
    portal.practice.release()
    assert "Name check: close match. The bank has J. Groß." in portal.state.lines
    assert "Look at it" in portal.state.lines


def test_a_file_that_is_gone_is_said_so(portal: Hands) -> None:
    portal.practice.upload(portal.folder / "gone.xml")
    assert "still there" in portal.state.problem


def test_reports_and_statements_are_saved_where_the_person_says(portal: Hands) -> None:
    portal.practice.fetch_report()
    assert portal.state.problem == "There is nothing to download yet."
    portal.practice.upload(portal.file)
    documents = portal.world.practice.documents
    documents.append((PortalDownload("D1", "pain.002.001.12", 0, "U000001", ""), b"<report/>"))
    documents.append((PortalDownload("D2", "camt.053.001.08", 0, "", OWN), b"<statement/>"))
    portal.practice.fetch_report()
    portal.practice.fetch_statement(OWN)
    assert (portal.folder / "status-report.xml").read_bytes() == b"<report/>"
    assert (portal.folder / "statement.xml").read_bytes() == b"<statement/>"
    assert len([line for line in portal.state.lines if line.startswith("Saved as")]) == 2
    portal.practice.fetch_statement("LU000000000000000000")
    assert portal.state.problem


def test_what_cannot_be_saved_is_said_so(portal: Hands) -> None:
    portal.world.practice.documents.append((PortalDownload("D2", "camt.053.001.08", 0, "", OWN), b"x"))
    (portal.folder / "statement.xml").mkdir()
    portal.practice.fetch_statement(OWN)
    assert "read or written" in portal.state.problem


def test_the_app_refuses_in_words(tmp_path: Path) -> None:
    hands = Hands(tmp_path, Reach.MANUAL)
    payment = hands.world.reader.orders_in_flight()[0].content.payment
    hands.practice.confirm_in_app()  # nothing was typed yet
    hands.world.practice.refusal = (PortalReason("AM04", "No funds", 0),)
    hands.practice.type_in_app(replace(payment, requested_execution_date="2026-11-24"))
    assert hands.state.lines[0] == "The app refused it."
    assert "not enough money" in hands.state.lines[1]
    assert hands.buttons() == ("type",)
    hands.world.practice.refusal = ()
    hands.practice.type_in_app(payment)
    assert "EUR 0.35" in " ".join(hands.state.lines)


@pytest.mark.parametrize(("check", "word"), [("MTCH", "matches"), ("NMTC", "no match"), ("NOAP", "not possible")])
def test_each_result_of_a_name_check_has_words(check: str, word: str) -> None:
    assert word in name_result(check, "")
    assert name_result("", "") == ""
