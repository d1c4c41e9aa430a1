"""Watch what waits for this person's approval, whatever page is shown: for the side bar's count, and to tell them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from countersign.application.flows.script import Script, on_read, run_script
from countersign.application.ports.workspace import ChainHead
from countersign.application.session import Session
from countersign.application.use_cases.hand_in_order import one_device_signs
from countersign.domain.errors import CountersignError
from countersign.presentation.home_team import COUNTED, count_text
from countersign.presentation.inbox_facts import signable
from countersign.presentation.inbox_ground import read_ground, read_heads
from countersign.presentation.messages import _, ngettext


class InboxWatch:
    """Counts what this person can sign, and notices what is new since it last looked."""

    def __init__(self, session: Session, changed: Callable[[int, bool], None]) -> None:
        """``changed``: told how many wait, and whether one of them is new."""
        self._session, self._changed = session, changed
        self._known: frozenset[str] | None = None
        self._count = 0
        self._heads: Mapping[str, ChainHead] | None = None
        self._last: frozenset[str] | None = frozenset()
        self._alone = self._looking = self._again = self._closed = False
        self._leave: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Look for the first time, and whenever something arrives from others."""
        if self._session.shared is not None:
            self._leave = self._session.shared.listen(self._arrived)
        self.look()

    def close(self) -> None:
        """Watch no more."""
        self._closed = True
        self._leave()

    def look(self) -> None:
        """Look now; where nobody else belongs to the workspace, nothing is asked."""
        if self._closed or self._alone:
            return
        if self._looking:
            self._again = True
            return
        self._looking = True
        run_script(self._session.tasks, self._look(), self._looked, self._failed)

    def _arrived(self) -> None:
        self._alone = False  # somebody may have joined
        self.look()

    def _look(self) -> Script[frozenset[str] | None]:
        session = self._session
        if not session.admitted:
            return frozenset()
        heads = yield from read_heads(session)
        if heads is not None and heads == self._heads:
            return self._last
        ground = yield from read_ground(session)
        self._heads = heads
        if one_device_signs(ground.rules.governance):
            self._last = None
            return None
        found: set[str] = set()
        after: tuple[int, str] | None = None
        while ground.may_sign and not self._closed:
            mine, after = yield from on_read(partial(signable, session.reader, ground, after))
            found |= mine
            if after is None or len(found) > COUNTED:
                break
        self._last = frozenset(found)
        return self._last

    def _looked(self, found: frozenset[str] | None) -> None:
        self._looking, self._alone = False, found is None
        if self._closed:
            return
        waiting = found or frozenset()
        new = self._known is not None and bool(waiting - self._known)
        if len(waiting) != self._count or new:
            self._changed(len(waiting), new)
        self._known, self._count = waiting | (self._known or frozenset()), len(waiting)
        if self._again:
            self._again = False
            self.look()

    def _failed(self, error: Exception) -> None:
        self._looking = False
        if not isinstance(error, CountersignError):
            raise error  # one that has words was shown by whatever page asked for it


def badge_of(count: int) -> tuple[str, str]:
    """Return the side bar's count and its words for screen readers; both empty where nothing waits."""
    if not count:
        return "", ""
    words = ngettext("Approvals, {count} waiting", "Approvals, {count} waiting", count)
    return count_text(count), words.format(count=count_text(count))


def news_text() -> str:
    """Say that something new waits, without a word of what it is."""
    return _("Something new waits for your approval.")
