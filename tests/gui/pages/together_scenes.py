"""Signing payments together at the bank, in every state: choosing, the code, what was lost, who signs further."""

from __future__ import annotations

from collections.abc import Iterator

from countersign.application.use_cases.approve_order import approve_order
from countersign.domain.errors import FailureKind
from countersign.domain.money import Money
from countersign.domain.order import last_digits
from countersign.presentation.shell import Page
from countersign.testing import fakes
from tests.gui.pages.stage import Look, Stage
from tests.unit.application.orders import SMS, draft_of, freeze


def _with_orders(look: Look, count: int = 2) -> Stage:
    """Put approved orders to the landlord on stage, and go to where they are signed together."""
    stage = Stage(look).opened()
    stage.world.bank.settles_after = 99
    for number in range(count):
        minor = 24_000_000 + number * 1_250
        draft, _version = draft_of(stage.world, draft=f"{number:02}" * 16, amount=Money(minor, "EUR"))
        content = freeze(stage.world, draft).content
        digits = last_digits(content.payment.creditor_account)
        approve_order(stage.world.vault, content.order, content.payment, content.digest, digits)
    stage.program.presenter.open_page(Page.TOGETHER)
    stage.settle()
    return stage


def _to_code(stage: Stage) -> None:
    for place in range(2):
        stage.window.tick(f"together.mark.{place}")
    stage.settle()
    stage.press("together.sign")
    stage.type("together.sca.password", fakes.PASSWORD)
    stage.press("together.sca.sign_in")
    stage.choose("together.sca.method", SMS)
    stage.press("together.sca.choose")
    stage.type("together.sca.code", fakes.CODE)


def together(look: Look) -> Iterator[tuple[str, Stage]]:
    """Choose two payments and sign them; the answer is lost, then asked for; another person signs the rest."""
    stage = _with_orders(look)
    stage.world.bank.wants["pay-1"] = 2
    yield "together.choosing", stage
    _to_code(stage)
    yield "together.code", stage
    stage.world.bank.lost_replies.append("answer")
    stage.world.bank.fail("basket_authorisation", FailureKind.RETRYABLE, "bank.unreachable")
    stage.world.bank.fail("report", FailureKind.RETRYABLE, "bank.unreachable")
    stage.press("together.sca.confirm")
    yield "together.unknown", stage
    stage.press("together.check")
    yield "together.missing", stage
    stage.press("together.signing.sign")
    yield "together.missing.person", stage
    stage.type("together.signing.person", "daniel.okoye")
    stage.press("together.signing.sign")
    yield "together.further", stage
    stage.close()


def tied(look: Look) -> Iterator[tuple[str, Stage]]:
    """Leave a basket behind, find it again from the approvals, and untie it."""
    stage = Stage(look).opened()
    stage.program.presenter.open_page(Page.TOGETHER)
    stage.settle()
    yield "together.empty", stage
    stage.close()
    stage = _with_orders(look, 3)
    for place in range(2):
        stage.window.tick(f"together.mark.{place}")
    stage.settle()
    stage.press("together.sign", "together.leave")
    stage.program.presenter.open_inbox()
    stage.settle()
    yield "inbox.together", stage
    stage.press("together.go")
    yield "together.groups", stage
    stage.press("together.group.0")
    yield "together.tied", stage
    stage.press("together.untie")
    yield "together.untied", stage
    stage.close()
