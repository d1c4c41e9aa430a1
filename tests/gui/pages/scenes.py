"""Every page of the program in every state it has: stories that lead through them as a person would.

A story is given a look, plays on stages of its own and stops at each scene, by its name. Whoever listens looks at the
window while the story waits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final, TypeAlias

from countersign.application.flows.transfer import Step
from countersign.application.use_cases.save_draft import save_draft, saved_drafts
from countersign.domain.errors import FailureKind
from countersign.domain.guidance import LESSONS
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft
from countersign.domain.payee import VopOutcome
from countersign.testing import fakes
from countersign.testing.fake_door import KIT, PASSPHRASE
from countersign.ui.views.new_vault import NewVaultPage
from tests.gui.pages.batch_scenes import from_list
from tests.gui.pages.check_scenes import check
from tests.gui.pages.code_scenes import answering_by_code, reading_codes, showing_codes
from tests.gui.pages.documents_scenes import attaching, evidence
from tests.gui.pages.inbox_scenes import inbox, inbox_batch, inbox_request
from tests.gui.pages.inbox_whole_scenes import inbox_whole
from tests.gui.pages.own_bank_scenes import by_file, by_hand, differing, own_account
from tests.gui.pages.second_device_scenes import second_device
from tests.gui.pages.stage import Look, Stage
from tests.gui.pages.team_scenes import approval_rules, invitation, joining, messages_travel, sending, team
from tests.gui.pages.together_scenes import tied, together

Story: TypeAlias = Callable[[Look], Iterator[tuple[str, Stage]]]

LANDLORD, LANDLORD_ACCOUNT, _ = fakes.LANDLORD
SUPPLIER, SUPPLIER_ACCOUNT, _ = fakes.SUPPLIER
SOLICITORS, SOLICITORS_ACCOUNT, _ = fakes.SOLICITORS
FROZEN_EVENT: Final = "66" * 16


def first_run(look: Look) -> Iterator[tuple[str, Stage]]:
    """Make a vault, then connect the practice bank and an authenticator app."""
    stage = Stage(look, exists=False, populated=False, ready=False)
    stage.world.bank.own_accounts = []
    yield "new_vault.passphrase", stage
    stage.press("new_vault.next")
    yield "new_vault.passphrase.errors", stage
    stage.type("new_vault.passphrase", "secret1")
    yield "new_vault.passphrase.weak", stage
    stage.type("new_vault.name", "Mei Chen")
    stage.press("new_vault.take_offer", "new_vault.next")
    yield "new_vault.kit", stage
    stage.press("new_vault.kept")
    yield "new_vault.proof", stage
    stage.press("new_vault.make")
    yield "new_vault.proof.errors", stage
    for place in range(2):
        label = stage.window.find(f"new_vault.proof{place}").accessibleName()
        number = int("".join(sign for sign in label if sign.isdigit()))
        stage.type(f"new_vault.proof{place}", KIT[number - 1])
    assert stage.window.find_as("new_vault.page", NewVaultPage).kit_words() == ()
    stage.hold = True
    stage.press("new_vault.make")
    yield "new_vault.making", stage
    stage.let_go()
    yield "setup.list", stage
    stage.hold = True
    stage.press("setup.bank")
    yield "setup.working", stage
    stage.let_go()
    yield "setup.password", stage
    stage.type("setup.password", "something else")
    stage.press("setup.sign_in")
    yield "setup.password.refused", stage
    stage.type("setup.password", fakes.PASSWORD)
    stage.press("setup.sign_in")
    yield "setup.method", stage
    stage.press("setup.choose")
    stage.program.presenter.session  # noqa: B018 - there is one
    yield "setup.code", stage
    stage.type("setup.code", fakes.CODE)
    stage.press("setup.confirm")
    yield "setup.connected", stage
    stage.press("setup.authenticator")
    yield "setup.authenticator", stage
    stage.type("setup.app_code", "000000")
    stage.press("setup.activate")
    yield "setup.authenticator.refused", stage
    stage.close()


def unlocking(look: Look) -> Iterator[tuple[str, Stage]]:
    """Open the vault: rightly, wrongly, too often, with the kit, while stopped."""
    stage = Stage(look)
    yield "unlock", stage
    for attempt in range(3):
        stage.type("unlock.passphrase", "not the passphrase")
        stage.press("unlock.open")
        if attempt == 0:
            yield "unlock.wrong", stage
    yield "unlock.wait", stage
    stage.press("unlock.kit")
    yield "unlock.kit", stage
    stage.press("unlock.freeze")
    yield "unlock.frozen", stage
    stage.close()
    stage = Stage(look)
    stage.door.keyring = False
    stage.hold = True
    stage.type("unlock.passphrase", PASSPHRASE)
    stage.press("unlock.open")
    yield "unlock.busy", stage
    stage.close()


def home(look: Look) -> Iterator[tuple[str, Stage]]:
    """Look at home: with much, with nothing, while stopped, without the bank; ask about the emergency stop."""
    stage = Stage(look).opened()
    yield "home", stage
    stage.press("shell.freeze")
    yield "freeze", stage
    stage.press("freeze.act")
    freeze_ledger(stage)
    stage.world.bank.fail("accounts", FailureKind.RETRYABLE, "bank.unreachable")
    stage.press("shell.home")
    yield "home.frozen", stage
    stage.press("shell.freeze")
    yield "freeze.again", stage
    stage.press("freeze.keep")
    stage.hold = True
    stage.press("shell.home")
    yield "home.loading", stage
    stage.close()
    stage = Stage(look, populated=False).opened()
    yield "home.first_time", stage
    stage.close()


def freeze_ledger(stage: Stage) -> None:
    """Put the emergency stop on record, as a real door does."""
    with stage.world.vault.transaction() as change:
        change.append(EventDraft(kinds.WORKSPACE_FROZEN, FROZEN_EVENT, {"reason": "person"}))


def payee(look: Look) -> Iterator[tuple[str, Stage]]:
    """Say who is to be paid, and hear what the bank says of the name."""
    stage = Stage(look).opened()
    stage.press("shell.transfer")
    yield "transfer.payee", stage
    stage.press("transfer.payee.continue")
    yield "transfer.payee.errors", stage
    stage.type("transfer.payee.account", "DE89 3704 0044 0532 0130 01")
    stage.type("transfer.payee.search", "nobody")
    yield "transfer.payee.faulty", stage
    stage.type("transfer.payee.search", "")
    stage.press("transfer.payee.letter.letter-1")
    yield "transfer.payee.letter", stage
    stage.hold = True
    stage.press("transfer.payee.continue")
    stage.step()  # the draft is saved, the bank not yet asked
    stage.settle()
    yield "transfer.name_check.working", stage
    stage.let_go()
    yield "transfer.name_check.no_match", stage
    stage.press("transfer.name_check.stop")
    yield "transfer.name_check.told_to_call", stage
    stage.press("shell.transfer")
    fill_payee(stage, "Hartwell and Stone Solicitors", SOLICITORS_ACCOUNT)
    yield "transfer.name_check.close_match", stage
    stage.press("transfer.name_check.use_name")
    yield "transfer.name_check.match", stage
    stage.world.bank.name_checks[LANDLORD_ACCOUNT] = (VopOutcome.NOT_POSSIBLE, "")
    stage.press("shell.transfer")
    fill_payee(stage, LANDLORD, LANDLORD_ACCOUNT)
    stage.press("transfer.name_check.continue")
    yield "transfer.name_check.not_possible", stage
    stage.world.bank.fail("verify_payee", FailureKind.RETRYABLE, "bank.unreachable")
    stage.press("shell.transfer")
    fill_payee(stage, SUPPLIER, SUPPLIER_ACCOUNT)
    yield "transfer.name_check.unreachable", stage
    stage.press("shell.transfer", "transfer.payee.known.0")
    yield "transfer.payee.chosen", stage
    stage.close()


def fill_payee(stage: Stage, name: str, account: str, source: str = "contract") -> None:
    """Type a payee and have the name checked."""
    stage.type("transfer.payee.name", name)
    stage.type("transfer.payee.account", account)
    stage.choose("transfer.payee.source", source)
    stage.press("transfer.payee.continue")


def to_amount(look: Look) -> Stage:
    """Lead to the third step."""
    stage = Stage(look).opened()
    stage.press("shell.transfer")
    fill_payee(stage, LANDLORD, LANDLORD_ACCOUNT)
    stage.press("transfer.name_check.continue")
    return stage


def amount(look: Look) -> Iterator[tuple[str, Stage]]:
    """Say how much: clearly, ambiguously, in short, too much, not at all."""
    stage = to_amount(look)
    yield "transfer.amount", stage
    stage.press("transfer.amount.continue")
    yield "transfer.amount.errors", stage
    stage.type("transfer.amount.amount", "1.234")
    yield "transfer.amount.question", stage
    stage.type("transfer.amount.amount", "250k")
    yield "transfer.amount.offer", stage
    stage.choose("transfer.amount.account", fakes.SAVINGS)
    stage.type("transfer.amount.amount", "20000")
    stage.type("transfer.amount.remittance", "Rent December")
    yield "transfer.amount.short", stage
    stage.close()


def risk(look: Look) -> Iterator[tuple[str, Stage]]:
    """Be interrupted by either question, be stopped by an answer, and be shown the reasons."""
    stage = Stage(look).opened()
    stage.world.bank.name_checks.clear()
    stage.press("shell.transfer")
    fill_payee(stage, SUPPLIER, fakes.STRANGER_ACCOUNT, "email")
    stage.press("transfer.name_check.continue")
    enter_amount(stage, "18460.00", "25-0068")
    yield "transfer.risk.invoice", stage
    stage.press("transfer.risk.answer")
    yield "transfer.risk.invoice.unanswered", stage
    stage.press("transfer.risk.safe")
    yield "transfer.risk.call_first", stage
    stage.press("transfer.risk.again")
    stage.choose("transfer.risk.answers", "called_known_number")
    stage.press("transfer.risk.answer")
    yield "transfer.risk.reasons", stage
    stop_by_hard_rule(stage)
    yield "transfer.risk.hard_stop", stage
    stage.press("shell.transfer")
    fill_payee(stage, SUPPLIER, fakes.STRANGER_ACCOUNT, "email")
    stage.press("transfer.name_check.continue")
    enter_amount(stage, "18460.00", "25-0068")
    stage.choose("transfer.risk.answers", "pressed_to_hurry")
    stage.press("transfer.risk.answer")
    yield "transfer.risk.stopped", stage
    stage.press("shell.transfer")
    fill_payee(stage, "Safe Keeping Desk", fakes.STRANGER_ACCOUNT, "phone_call")
    stage.press("transfer.name_check.continue")
    enter_amount(stage, "12000.00", "safe account")
    if stage.window.shows("transfer.risk.interruption.invoice_redirection"):
        stage.choose("transfer.risk.answers", "called_known_number")
        stage.press("transfer.risk.answer")
    yield "transfer.risk.safe_account", stage
    stage.press("transfer.risk.safe")
    yield "transfer.risk.hang_up", stage
    stage.close()


def stop_by_hard_rule(stage: Stage) -> None:
    """Open a draft whose name check said *no match* after it had got as far as the risk check."""
    vault = stage.world.vault
    draft = saved_drafts(vault)[0]
    assert draft.check is not None
    check = replace(draft.check, outcome=VopOutcome.NO_MATCH)
    stopped = replace(draft, check=check, step=Step.RISK, answers={})
    save_draft(vault, stopped)
    stage.program.presenter.open_transfer(stopped.draft)
    stage.settle()


def enter_amount(stage: Stage, amount: str, remittance: str, account: str = fakes.MAIN) -> None:
    """Type an amount and go on."""
    stage.choose("transfer.amount.account", account)
    stage.type("transfer.amount.amount", amount)
    stage.type("transfer.amount.remittance", remittance)
    stage.press("transfer.amount.continue")


def to_review(look: Look, amount: str = "6000.00") -> Stage:
    """Lead to the fifth step."""
    stage = to_amount(look)
    enter_amount(stage, amount, "Rent December")
    if stage.window.shows("transfer.risk.continue"):
        stage.press("transfer.risk.continue")
    return stage


def to_confirm(look: Look) -> Stage:
    """Lead to the sixth step."""
    stage = to_review(look)
    approve(stage)
    return stage


def approve(stage: Stage) -> None:
    """Say that the details are right."""
    stage.type("transfer.review.digits", LANDLORD_ACCOUNT[-4:])
    stage.press("transfer.review.right")


def to_code(look: Look) -> Stage:
    """Lead to the code."""
    stage = to_confirm(look)
    stage.type("transfer.confirm.password", fakes.PASSWORD)
    stage.press("transfer.confirm.sign_in")
    stage.choose("transfer.confirm.method", "sms-1")
    stage.press("transfer.confirm.choose")
    stage.program.presenter.session.submission(order_of(stage))
    return stage


def order_of(stage: Stage) -> str:
    """Name the one order under way."""
    return stage.world.reader.orders_in_flight()[0].content.order


def review(look: Look) -> Iterator[tuple[str, Stage]]:
    """Have the order read back; type wrong digits; wait for a large one; stop it."""
    stage = to_review(look)
    yield "transfer.review", stage
    stage.type("transfer.review.digits", "9999")
    stage.press("transfer.review.right")
    yield "transfer.review.digits", stage
    stage.press("transfer.review.not_right")
    yield "transfer.review.stopped", stage
    stage.close()
    stage = to_review(look, "60000")
    yield "transfer.review.waiting", stage
    stage.close()


def confirm(look: Look) -> Iterator[tuple[str, Stage]]:
    """Confirm with the bank, in every way it can go."""
    stage = to_review(look)
    stage.world.bank.fail("initiate", FailureKind.RETRYABLE, "bank.unreachable")
    approve(stage)
    yield "transfer.confirm.not_sent", stage
    stage.hold = True
    stage.press("transfer.confirm.retry")
    yield "transfer.confirm.working", stage
    stage.let_go()
    yield "transfer.confirm.password", stage
    stage.type("transfer.confirm.password", "something else")
    stage.press("transfer.confirm.sign_in")
    yield "transfer.confirm.password.refused", stage
    stage.type("transfer.confirm.password", fakes.PASSWORD)
    stage.press("transfer.confirm.sign_in")
    yield "transfer.confirm.method", stage
    stage.choose("transfer.confirm.method", "sms-1")
    stage.press("transfer.confirm.choose")
    yield "transfer.confirm.code", stage
    stage.type("transfer.confirm.code", "000000")
    stage.press("transfer.confirm.confirm")
    yield "transfer.confirm.code.refused", stage
    lose_the_answer(stage)
    yield "transfer.confirm.unknown", stage
    stage.close()
    stage = to_confirm(look)
    stage.world.session.submissions._open.clear()  # noqa: SLF001 - as after a restart
    stage.press("shell.home", "home.open.order.0")
    yield "order.at_bank", stage
    stage.press("shell.home")
    if stage.window.shows("home.open.draft.1"):
        stage.press("home.open.draft.1")
        yield "transfer.confirm.continue", stage
    stage.close()


def lose_the_answer(stage: Stage) -> None:
    """Send the right code, and lose the bank's reply and what would tell of it."""
    stage.world.bank.lost_replies.append("answer")
    for call in ("authorisation", "report") * 3:
        stage.world.bank.fail(call, FailureKind.RETRYABLE, "bank.unreachable")
    stage.type("transfer.confirm.code", fakes.CODE)
    stage.press("transfer.confirm.confirm")


def orders(look: Look) -> Iterator[tuple[str, Stage]]:
    """Look at an order as it goes its way, or is taken back, or does not come to anything."""
    stage = to_code(look)
    stage.world.bank.settles_after = 99
    stage.type("transfer.confirm.code", fakes.CODE)
    stage.press("transfer.confirm.confirm")
    yield "order.accepted", stage
    stage.press("order.cancel")
    yield "order.cancel.question", stage
    stage.press("order.really_cancel")
    yield "order.cancel.password", stage
    stage.type("order.sca.password", fakes.PASSWORD)
    stage.press("order.sca.sign_in")
    stage.choose("order.sca.method", "sms-1")
    stage.press("order.sca.choose")
    yield "order.cancel.code", stage
    stage.type("order.sca.code", fakes.CODE)
    stage.press("order.sca.confirm")
    yield "order.cancelled", stage
    stage.close()
    stage = to_code(look)
    stage.world.bank.settles_after = 0
    stage.type("transfer.confirm.code", fakes.CODE)
    stage.press("transfer.confirm.confirm")
    yield "order.settled", stage
    stage.close()
    stage = to_code(look)
    order = order_of(stage)
    lose_the_answer(stage)
    stage.program.presenter.open_order(order)
    stage.settle()
    yield "order.unknown", stage
    stage.close()
    stage = to_code(look)
    stage.world.bank.rejects_with = "AC04"
    stage.type("transfer.confirm.code", fakes.CODE)
    stage.press("transfer.confirm.confirm")
    yield "order.rejected", stage
    stage.close()
    stage = to_review(look)
    freeze_ledger(stage)
    stage.program.presenter.open_order(order_of(stage))
    stage.settle()
    yield "order.frozen", stage
    stage.press("order.stop")
    yield "order.stopped", stage
    stage.program.presenter.open_order("99" * 16)
    stage.settle()
    yield "order.missing", stage
    stage.close()


def history(look: Look) -> Iterator[tuple[str, Stage]]:
    """Search past transfers, and look at one."""
    stage = Stage(look).opened()
    stage.press("shell.history")
    yield "history", stage
    stage.window.find("history.table").row_opened.emit(1)  # type: ignore[attr-defined]  # a KitTable
    stage.settle()
    yield "history.detail", stage
    stage.press("history.detail.close")
    search = stage.window.find("history.search")
    stage.type("history.search", "zzzz")
    search.returnPressed.emit()  # type: ignore[attr-defined]  # a TextField
    stage.settle()
    yield "history.nothing_found", stage
    stage.hold = True
    stage.press("shell.history")
    yield "history.loading", stage
    stage.close()
    stage = Stage(look, populated=False).opened()
    stage.press("shell.history")
    yield "history.empty", stage
    stage.close()


def learning(look: Look) -> Iterator[tuple[str, Stage]]:
    """Read a lesson, answer its questions, see the result."""
    stage = Stage(look).opened()
    stage.press("shell.learn")
    yield "learn", stage
    lesson = next(iter(LESSONS.values()))
    stage.press(f"learn.open.{lesson.code}")
    for number, _page in enumerate(lesson.pages, 1):
        yield f"learn.page{number}", stage
        stage.press("learn.forward")
    for number, question in enumerate(lesson.questions, 1):
        yield f"learn.question{number}", stage
        wrong = next(choice for choice in question.choices if choice != question.right)
        stage.choose("learn.choices", question.right if number % 2 else wrong)
        yield f"learn.answer{number}", stage
        stage.press("learn.forward")
    yield "learn.result", stage
    stage.press("learn.done")
    yield "learn.done", stage
    stage.close()


def settings(look: Look) -> Iterator[tuple[str, Stage]]:
    """Look at the settings, also without a keyring and while payments are stopped."""
    stage = Stage(look).opened()
    stage.press("shell.settings")
    yield "settings", stage
    stage.door.keyring, stage.door.stopped = False, True
    stage.press("shell.settings")
    yield "settings.unprotected", stage
    stage.close()


STORIES: Final[Mapping[str, Story]] = {
    story.__name__: story
    for story in (
        first_run,
        unlocking,
        home,
        payee,
        amount,
        risk,
        review,
        confirm,
        orders,
        history,
        learning,
        settings,
        check,
        own_account,
        from_list,
        by_hand,
        by_file,
        differing,
        inbox,
        inbox_batch,
        inbox_request,
        inbox_whole,
        second_device,
        together,
        tied,
        team,
        invitation,
        approval_rules,
        messages_travel,
        showing_codes,
        reading_codes,
        answering_by_code,
        joining,
        sending,
        attaching,
        evidence,
    )
}


def play(story: str, look: Look) -> Iterator[tuple[str, Stage]]:
    """Play a story; whatever becomes of it, nothing is left on stage."""
    stages: list[Stage] = []
    try:
        for scene, stage in STORIES[story](look):
            stages.append(stage)
            yield scene, stage
    finally:
        if stages and not stages[-1].closed:
            stages[-1].close()
