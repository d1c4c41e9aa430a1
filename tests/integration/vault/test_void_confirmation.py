"""A device's own confirmation that would not count is not put on record."""

from __future__ import annotations

from countersign.domain.canonical import Json
from countersign.domain.ledger import kinds
from tests.integration.vault.story import Story, code_of


def test_it_is_refused_and_nothing_is_written(story: Story) -> None:
    content = story.approved()
    record = story.vault.order(content.order)
    assert record is not None
    body: dict[str, Json] = {
        "digest": record.digest,
        "epoch": 0,
        "assessment": record.assessment_event,
        "expires_at": story.now() + 60_000,
    }
    refs = (record.frozen_event, record.assessment_event)
    code = code_of(lambda: story.add(kinds.ORDER_CONFIRMED, content.order, body, refs))
    assert code == "confirmation.same_device"
    assert kinds.ORDER_CONFIRMED not in {event.kind for event in story.vault.events_of(content.order)}
