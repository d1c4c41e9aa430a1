"""What waits for the person on the first page: differences, orders, drafts, and letters of the practice world."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from countersign.application.flows.transfer import TransferDraft
from countersign.application.ports.practice import Letter
from countersign.application.use_cases.differences import Difference
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.order_state import OrderState
from countersign.presentation.difference_words import difference_words
from countersign.presentation.formats import isolate, money_text, time_text
from countersign.presentation.home_team import TeamWaiting
from countersign.presentation.messages import _, language, ngettext
from countersign.presentation.order_by_hand import record_words
from countersign.presentation.order_words import StateWords
from countersign.presentation.waiting_item import WaitingItem

__all__ = ["WaitingItem", "waiting_items"]

_NOT_BEGUN = frozenset({OrderState.PREPARED, OrderState.APPROVED})


def waiting_items(
    orders: Sequence[OrderRecord],
    drafts: Sequence[TransferDraft],
    differences: Sequence[Difference],
    letters: Sequence[Letter],
    zone: tzinfo,
    team: TeamWaiting | None = None,
) -> tuple[WaitingItem, ...]:
    """List what waits, the most urgent first. ``team``: what several people make of it; None in a workspace of one."""
    if team is not None:
        orders = team.of_this_device(orders)
    begun = [record for record in orders if record.state not in _NOT_BEGUN]
    begun.sort(key=lambda record: record.state is not OrderState.UNKNOWN)  # stable: newest first within each
    at_draft = {draft.order for draft in drafts}
    # An order whose draft is there is gone on with through the draft; one that was begun, through its own page.
    alone = [record for record in orders if record.state in _NOT_BEGUN and record.content.order not in at_draft]
    begun_orders = {record.content.order for record in begun}
    alone_drafts = [draft for draft in drafts if not draft.order or draft.order not in begun_orders]
    items = [_difference_item(found, zone) for found in differences]
    items += team.items if team is not None else ()
    items += [_order_item(record, zone, team) for record in (*begun, *alone)]
    items += [_draft_item(draft, zone) for draft in alone_drafts]
    return (*items, *_letters_item(letters))


def _difference_item(found: Difference, zone: tzinfo) -> WaitingItem:
    words = difference_words(found, zone)
    return WaitingItem(
        kind="difference",
        about=found.key,
        icon="warning",
        title=words.title,
        text=_("{fact} {advice}").format(fact=_sentence(words.facts[0]), advice=words.advice),
        chip=_("Differs"),
        tone=words.tone,
        action=_("Look and close"),
        action_name=_("Look at the difference: {title}").format(title=words.title),
    )


def _sentence(text: str) -> str:
    return text if text.endswith((".", "。")) else _("{sentence}.").format(sentence=text)


def _order_item(record: OrderRecord, zone: tzinfo, team: TeamWaiting | None) -> WaitingItem:
    words, payment = record_words(record, zone), record.content.payment
    said = team.words_of(record) if team is not None else None
    if said is not None and said.sentence:
        words = StateWords(said.chip or words.word, said.sentence, said.tone or words.tone)
    amount = isolate(money_text(payment.instructed_amount, language()))
    sends = said is not None and bool(said.go_on)
    urgent = record.state in {OrderState.UNKNOWN, OrderState.AUTHORISING, *_NOT_BEGUN} or record.carried_by_hand
    return WaitingItem(
        kind="order",
        about=record.content.order,
        icon="question" if record.state is OrderState.UNKNOWN else "send",
        title=_("{amount} to {payee}").format(amount=amount, payee=payment.creditor_name),
        text=words.sentence,
        chip=words.word,
        tone=words.tone,
        action=_("Send to the bank") if sends else _("Open") if urgent else _("See where it stands"),
        action_name=_("Open the order: {amount} to {payee}").format(amount=amount, payee=payment.creditor_name),
    )


def _draft_item(draft: TransferDraft, zone: tzinfo) -> WaitingItem:
    payee = draft.name or _("a payee not yet named")
    title = _("Transfer to {payee}").format(payee=payee)
    if draft.amount is not None:
        amount = isolate(money_text(draft.amount, language()))
        title = _("{amount} to {payee}").format(amount=amount, payee=payee)
    when = time_text(draft.saved_at, str(zone), language())
    return WaitingItem(
        kind="draft",
        about=draft.draft,
        icon="edit",
        title=title,
        text=_("A draft, saved {time}. Nothing was sent.").format(time=isolate(when)),
        chip=_("Draft"),
        tone="neutral",
        action=_("Go on"),
        action_name=_("Go on with the draft: {title}").format(title=title),
    )


def _letters_item(letters: Sequence[Letter]) -> tuple[WaitingItem, ...]:
    asking = [letter for letter in letters if letter.amount]
    if not asking:
        return ()
    count = len(asking)
    text = ngettext("{count} letter asks for a payment", "{count} letters ask for a payment", count)
    # Each in its own direction; a name that ends in a point must not end the sentence.
    names = _(", ").join(
        isolate(_("“{name}”").format(name=name)) for name in dict.fromkeys(letter.sender_name for letter in asking)
    )
    return (
        WaitingItem(
            kind="letter",
            about="",
            icon="mail",
            title=text.format(count=count),
            text=_("From {names}. Read with care: not every letter in a mailbox is what it seems.").format(names=names),
            chip=_("Practice"),
            tone="info",
            action=_("Read and pay"),
            action_name=_("Read the letters and begin a transfer"),
        ),
    )
