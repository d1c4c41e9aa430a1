"""One person of the tour's team chapter: a program and a vault of their own, led step by step from outside.

``countersign tour --chapter team`` starts one such process for each person. It is told what its person does, a JSON
object a line on standard input, and answers each on standard output once that is seen to be done.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import TypeAlias

import orjson

from countersign.domain.order import last_digits
from countersign.testing.conductor import Play, Until
from countersign.tour_hands import PATIENCE, Hands, Lines
from countersign.ui.widgets import ArmingButton
from countersign.ui.widgets.buttons import KitButton

Deed: TypeAlias = Generator[Until, None, dict[str, str]]


@dataclass(slots=True)
class MemberGuide(Hands):
    """Does what it is told, in the window."""

    _lines: Lines = field(default_factory=lambda: Lines(sys.stdin))

    def whole(self) -> Play:
        """Do what is told, until the end."""
        deeds: dict[str, Callable[..., Deed]] = {
            "begin": self.begin,
            "connect": self.connect_bank,
            "share": self.share,
            "invite": self.invite,
            "join": self.join,
            "compare": self.compare,
            "admit": self.admit,
            "welcome": self.welcome,
            "rule": self.rule,
            "endorse": self.endorse,
            "in_force": self.in_force,
            "request": self.request,
            "approve": self.approve,
            "send": self.send,
            "see": self.see,
            "gather": self.gather,
            "take": self.take,
        }
        yield self.window.showing("new_vault.name")
        self._answer("ready", {})
        while True:
            yield self._lines.next()
            deed, what = self._lines.take()
            if deed == "end":
                self._answer(deed, {})
                return
            self.running.program.presenter.activity()  # a person's hand is at it
            self._answer(deed, (yield from deeds[deed](**what)))

    @staticmethod
    def _answer(deed: str, found: dict[str, str]) -> None:
        sys.stdout.write(orjson.dumps({"done": deed, "found": found}).decode() + "\n")
        sys.stdout.flush()

    # — coming together —

    def begin(self, name: str) -> Deed:
        """Make a vault of one's own."""
        yield from self.first_run(name)
        return {}

    def connect_bank(self) -> Deed:
        """Connect the practice bank, from the settings."""
        yield from self.press("shell.settings")
        yield from self.press("settings.setup")
        yield self.window.showing("setup.bank")
        yield from self.connect()
        yield self.window.showing("home.new_transfer")
        yield from self.still("home")
        return {}

    def share(self, kind: str, **settings: str) -> Deed:
        """Choose how messages travel."""
        window = self.window
        yield from self.press("shell.team")
        yield window.showing("team.member.0.name")
        yield from self.still("team-alone")
        yield from self.press("team.relay")
        yield window.showing("relay.kind")
        window.choose("relay.kind", kind)
        yield window.idle()
        for key, value in settings.items():
            window.type(f"relay.{key}", value)
        yield from self.press("relay.test")
        yield window.showing("relay.tested")
        yield from self.press("relay.save")
        yield window.showing("relay.said")
        yield from self.still("connection")
        yield from self.press("relay.back")
        return {}

    def invite(self, name: str) -> Deed:
        """Invite an approver, and put the invitation into a file."""
        window = self.window
        yield from self.press("shell.team")
        yield from self.press("team.invite")
        yield window.showing("invite.role.approver")
        window.type("invite.name", name)
        window.type("invite.groups", "Treasury")
        yield from self.still("invite")
        yield from self.press("invite.go_on")
        file = yield from self.save("invite.parcel.save")
        yield from self.still("invitation")
        yield from self.press("invite.back")
        return {"file": file}

    def join(self, name: str, file: str, password: str = "") -> Deed:
        """Read an invitation, make the vault that asks to be admitted, and put the request into a file."""
        window = self.window
        yield window.showing("new_vault.way")
        window.choose("new_vault.way", "join")
        yield from self.read("new_vault.invitation.read", file)
        yield window.showing("new_vault.invited_by")
        yield from self.still("invited")
        yield from self.first_run(name, "join.phrase")
        if password:
            window.type("join.password", password)
            yield from self.press("join.keep_password")
            yield Until(lambda: not window.shows("join.password"), "the server's password to be kept")
        request = yield from self.save("join.request.save")
        yield from self.still("waiting-to-be-admitted")
        return {"phrase": window.text("join.phrase"), "file": request}

    def compare(self, name: str, file: str = "") -> Deed:
        """Go on with an invitation; once the request is there, read the words aloud."""
        window = self.window
        yield from self.press("shell.team")
        yield Until(lambda: window.quiet and self._asking(name) is not None, f"the invitation of {name}")
        found = self._asking(name)
        if found is not None:
            found.click()
        if file:
            yield from self.read("invite.answer.read", file)
        yield window.showing("invite.phrase", PATIENCE)
        yield from self.still("compare")
        return {"phrase": window.text("invite.phrase")}

    def _asking(self, name: str) -> KitButton | None:
        shown = self.window.shell.findChildren(KitButton, "team.asking.open")
        named = (item for item in shown if item.isVisibleTo(self.window.shell) and name in item.accessibleName())
        return next(named, None)

    def admit(self) -> Deed:
        """Say that the words were the same, and sign."""
        window = self.window
        window.tick("invite.same")
        yield from self.press("invite.go_on")
        yield Until(lambda: window.quiet and not window.shows("invite.same"), "the change to be signed")
        alone = window.shows("invite.go_on")  # nobody else has to sign
        yield from self.still("admitted" if alone else "proposed")
        yield from self.press("invite.go_on" if alone else "invite.back")
        return {"alone": "yes" if alone else ""}

    def welcome(self, file: str = "") -> Deed:
        """Wait until the welcome has come, or bring it in."""
        if file:
            yield from self.read("join.answer.read", file)
        yield self.window.showing("team.member.0.name", PATIENCE)
        yield from self.still("welcome")
        return {}

    # — the rule —

    def rule(self, above: str, count: str) -> Deed:
        """Write a rule, and propose it."""
        window = self.window
        yield from self.press("shell.team")
        yield from self.press("team.rules")
        yield from self.press("rules.add_rule")
        yield window.showing("rules.rule.above")
        window.type("rules.rule.above", above)
        window.choose("rules.rule.count", count)
        yield window.idle()
        yield from self.still("rule")
        yield from self.press("rules.rule.keep")
        yield from self.press("rules.save")
        yield window.showing("rules.propose")
        yield from self.still("rule-proposed")
        yield from self.press("rules.propose")
        yield window.showing("team.change.endorse")
        return {}

    def endorse(self) -> Deed:
        """Sign what somebody proposed."""
        yield from self.press("shell.team")
        yield self.team.ready("team.change.endorse")
        yield from self.still("asked-to-sign")
        yield from self.press("team.change.endorse")
        yield self.window.showing("team.said")
        yield from self.still("signed-the-change")
        return {}

    def in_force(self, text: str) -> Deed:
        """Wait until a rule holds here."""
        yield from self.press("shell.team")
        yield self.team.saying("team.rule.", text)
        yield self.window.idle()
        yield from self.still("rule-in-force")
        return {}

    # — the payment —

    def request(self) -> Deed:
        """Write the payment of the contract, and hand it in."""
        window = self.window
        yield from self.press("shell.home")
        yield window.showing("home.new_transfer")
        self._opening = {row.iban: row.balance.minor for row in self.session.reader.accounts()}
        yield from self.prepare()
        yield from self.review()
        yield window.showing("transfer.handed_in.order")
        yield from self.still("sent-for-approval")
        yield from self.press("transfer.handed_in.order")
        yield window.showing("order.page")
        yield from self.still("order-waiting")
        yield from self.press("shell.inbox")
        yield from self.press_chip("inbox.filter.all")
        yield from self.open_first()
        yield from self.still("inbox-own-request")
        return {"order": self._order}

    def approve(self, order: str) -> Deed:
        """Find the payment in the inbox, type the last digits from one's own document, and sign."""
        window, self._order = self.window, order
        yield from self.press("shell.inbox")
        yield from self.open_first()
        yield self.team.ready("inbox.primary")
        yield from self.still("inbox-before")
        yield from self.press("inbox.primary")
        yield window.showing("inbox.digits")
        yield from self.still("inbox-read-back")
        mailbox = yield from self.ask(self.practice.mailbox)
        document = next(item for item in mailbox if item.kind == "contract")
        window.type("inbox.digits", last_digits(document.creditor_account))
        window.type("inbox.passphrase", self._passphrase)
        sign = window.find_as("inbox.approve.sign", ArmingButton)
        yield Until(sign.is_armed, "the final button to be ready")
        self.scroll_down("inbox.scroll")
        yield from self.still("inbox-signing")
        window.press("inbox.approve.sign")
        yield window.showing("inbox.done")
        yield from self.still("inbox-after")
        return {}

    def send(self) -> Deed:
        """Once everybody has signed, send the payment from home, and watch the money arrive."""
        window = self.window
        yield from self.press("shell.home")
        yield Until(lambda: window.quiet and bool(self._waiting_orders()), "the order on the first page", PATIENCE)
        yield from self.still("home-approved")
        window.press(self._waiting_orders()[0])
        yield self.team.ready("order.go_on")
        yield from self.still("order-approved")
        window.press("order.go_on")
        yield from self.confirm("order.sca")
        yield from self.arrive()
        yield from self.press("shell.inbox")
        yield window.idle()
        yield from self.still("inbox-after")
        return {key: str(value) for key, value in self.notes.outcome.items()}

    def _waiting_orders(self) -> list[str]:
        return sorted(name for name in self.window.names() if name.startswith("home.open.order."))

    def see(self, order: str) -> Deed:
        """See on the order's page that the money arrived."""
        self._order = order
        yield from self.press("shell.inbox")
        yield from self.press_chip("inbox.filter.all")
        yield self.window.idle()
        yield Until(self._settled, "the news to arrive", PATIENCE)
        self.running.program.presenter.open_order(order)
        yield self.window.showing("order.page")
        yield from self.still("order-settled")
        record = self.session.reader.order(order)
        status = record.status.value if record is not None and record.status else ""
        self.notes.outcome["status"] = status
        return {"status": status}

    # — by hand —

    def gather(self) -> Deed:
        """Put what the others lack into a file."""
        yield from self.press("shell.team")
        yield from self.press("team.relay")
        yield from self.press("relay.make_parcel")
        file = yield from self.save("relay.parcel.save")
        return {"file": file}

    def take(self, file: str) -> Deed:
        """Bring in what others wrote."""
        yield from self.press("shell.team")
        yield from self.press("team.relay")
        yield from self.read("relay.taking.read", file)
        yield self.window.showing("relay.said")
        return {}
