"""The tour's third chapter: three people, three programs, three vaults, and no server to trust.

Mei asks for a payment, Anna and Tomas approve it, and Mei's device sends it. Each is a process of its own; this one
tells them what their persons do, carries files between them where nothing else does, and stands for the telephone over
which they compare words. It succeeds only if the bank executed the payment once, and all three vaults, opened again
from their files, say the same of it.
"""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final
from urllib.parse import unquote, urlsplit

import orjson

from countersign.tour_notes import MARK, make_room
from countersign.tour_proof import bank_says, disagreements, vault_says

REQUESTER: Final = "Mei Hartmann"
APPROVERS: Final = ("Anna Okafor", "Tomas Lind")
ABOVE: Final = "50000"
_IN_WORDS: Final = "50,000"
_PATIENCE: Final = 600.0
_INBOXES: Final = ("inbox-own-request", "inbox-before", "inbox-read-back", "inbox-signing", "inbox-after")


class TeamError(Exception):
    """The chapter could not go on."""


@dataclass(slots=True)
class MemberProcess:
    """One of them: a process, and what it says."""

    name: str
    out: Path
    process: subprocess.Popen[bytes]
    invitation: str = ""
    request: str = ""
    phrase: str = ""
    _said: queue.SimpleQueue[bytes] = field(default_factory=queue.SimpleQueue)

    def listen(self) -> None:
        """Hear it, in a thread of its own."""
        source = self.process.stdout
        if source is not None:
            threading.Thread(target=self._hear, args=(source,), name=self.name, daemon=True).start()

    def _hear(self, source: IO[bytes]) -> None:
        for line in source:
            self._said.put(line)
        self._said.put(b"")

    def begin(self, deed: str, **what: str) -> None:
        """Have the person do something; ``end`` says what came of it."""
        if self.process.stdin is None:
            raise TeamError(self.name)
        try:
            self.process.stdin.write(orjson.dumps({"do": deed, "with": what}) + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError as error:
            raise TeamError(f"{self.name} ended before: {deed}") from error

    def end(self, deed: str) -> dict[str, str]:
        """Wait until it is done.

        Raises:
            TeamError: The process ended, or takes too long.
        """
        try:
            line = self._said.get(timeout=_PATIENCE)
        except queue.Empty:
            raise TeamError(f"{self.name}: {deed} takes too long") from None
        if not line:
            raise TeamError(f"{self.name}: {deed}: {self._last_words()}")
        said = orjson.loads(line)
        if said["done"] != deed:
            raise TeamError(f"{self.name}: {said['done']} instead of {deed}")
        return {str(key): str(value) for key, value in said["found"].items()}

    def do(self, deed: str, **what: str) -> dict[str, str]:
        """Have the person do something, and wait."""
        self.begin(deed, **what)
        return self.end(deed)

    def _last_words(self) -> str:
        self.process.wait(_PATIENCE)
        noted = self.out / MARK
        error = str(self.notes().get("error", "")) if noted.exists() else ""
        return error or f"ended with {self.process.returncode}; see {self.out.with_suffix('.log')}"

    def notes(self) -> dict[str, object]:
        """Read what its own part of the tour came to."""
        found = orjson.loads((self.out / MARK).read_bytes())
        return found if isinstance(found, dict) else {}


@dataclass(slots=True)
class Team:
    """The three, and the way by which their messages travel."""

    store: str
    settings: dict[str, str]
    mei: MemberProcess
    others: Sequence[MemberProcess]
    order: str = ""
    sent: dict[str, str] = field(default_factory=dict)

    @property
    def everybody(self) -> tuple[MemberProcess, ...]:
        """All of them."""
        return (self.mei, *self.others)

    def play(self) -> None:
        """Play everything."""
        for member in self.everybody:
            member.end("ready")
        self.come_together()
        self.agree_on_a_rule()
        self.pay()
        for member in self.everybody:
            member.begin("end")
        for member in self.everybody:
            member.end("end")

    def come_together(self) -> None:
        """Invite, join, compare the words, admit; the second approver is admitted by two signatures."""
        mei = self.mei
        mei.do("begin", name=mei.name)
        if self.settings:
            mei.do("share", **self.settings)
        for other in self.others:
            other.invitation = mei.do("invite", name=other.name)["file"]
        for other in self.others:
            secret = {"password": self.settings["password"]} if "password" in self.settings else {}
            other.begin("join", name=other.name, file=other.invitation, **secret)
        mei.do("connect")
        for other in self.others:
            asked = other.end("join")
            other.phrase, other.request = asked["phrase"], asked["file"]
        first, second = self.others
        if not self.admit(first):
            raise TeamError("nobody else could sign yet")
        self.welcome(first)
        if self.admit(second):
            raise TeamError("an administrator alone admitted an approver")
        self.endorse(first)
        self.welcome(second)

    def admit(self, other: MemberProcess) -> bool:
        """Compare the words over the telephone, and sign; returns whether one signature was enough."""
        request = {} if self.settings else {"file": other.request}
        heard = self.mei.do("compare", name=other.name, **request)["phrase"]
        if heard != other.phrase:
            raise TeamError(f"the words of {other.name} differ")
        return bool(self.mei.do("admit")["alone"])

    def welcome(self, other: MemberProcess) -> None:
        """Let the welcome arrive."""
        other.do("welcome", **({} if self.settings else self.mei.do("gather")))

    def endorse(self, other: MemberProcess) -> None:
        """Have somebody sign what Mei proposed."""
        self.carry(self.mei, other)
        other.do("endorse")
        self.carry(other, self.mei)

    def agree_on_a_rule(self) -> None:
        """Above EUR 50,000, two people approve: proposed by one, signed by another."""
        self.mei.do("rule", above=ABOVE, count=str(len(self.others)))
        self.endorse(self.others[-1])
        self.carry(self.mei, *self.others)
        for member in self.everybody:
            member.begin("in_force", text=_IN_WORDS)
        for member in self.everybody:
            member.end("in_force")

    def pay(self) -> None:
        """Ask, approve twice at the same time, send, and let everybody see that the money arrived."""
        mei = self.mei
        self.order = mei.do("request")["order"]
        self.carry(mei, *self.others)
        for other in self.others:
            other.begin("approve", order=self.order)
        for other in self.others:
            other.end("approve")
        for other in self.others:
            self.carry(other, *(member for member in self.everybody if member is not other))
        self.sent = mei.do("send")
        self.carry(mei, *self.others)
        for member in self.everybody:
            member.begin("see", order=self.order)
        for member in self.everybody:
            member.end("see")

    def carry(self, giver: MemberProcess, *takers: MemberProcess) -> None:
        """Carry a file from one to others, where nothing else carries messages."""
        if self.settings:
            return
        file = giver.do("gather")["file"]
        for taker in takers:
            taker.begin("take", file=file)
        for taker in takers:
            taker.end("take")


def run_team(out: Path, *, store: str, server: str, language: str, theme: str) -> int:
    """Play the chapter into ``out``; 0 only if the money arrived once, and all three vaults say the same of it.

    Args:
        out: Gets a folder for each person, ``world`` for the bank, and ``tour.json``.
        store: ``folder``, ``postgres`` or ``files``.
        server: ``postgresql://USER:PASSWORD@HOST:PORT/DATABASE``, for ``postgres``.
        language: Of all three.
        theme: Of all three.
    """
    begun = time.monotonic()
    make_room(out)
    out = out.resolve()
    processes = [_start(name, out, language, theme) for name in (REQUESTER, *APPROVERS)]
    team = Team(store, way(store, server, out), processes[0], processes[1:])
    error = ""
    try:
        team.play()
    except TeamError as problem:
        error = str(problem)
    finally:
        codes = [_ended(member) for member in processes]
    report = _report(team, error, codes)
    report |= {"store": store, "seconds": round(time.monotonic() - begun, 1), "lang": language, "theme": theme}
    (out / MARK).write_bytes(orjson.dumps(report, option=orjson.OPT_INDENT_2))
    wrong = report["wrong"]
    if wrong:
        sys.stderr.write(f"The tour of the team by {store}: {wrong}\n")
        return 1
    sys.stdout.write(f"{report['status']} by {store}: {report['signatures']} signatures, {report['seconds']} s\n")
    return 0


def way(store: str, server: str, out: Path) -> dict[str, str]:
    """Return what is typed where one chooses how messages travel; empty where people carry them."""
    if store == "folder":
        shared = out / "shared"
        shared.mkdir()
        return {"kind": "folder", "folder": str(shared)}
    if store == "postgres":
        found = urlsplit(server)
        return {
            "kind": "postgres",
            "host": found.hostname or "",
            "port": str(found.port or 5432),
            "database": found.path.strip("/"),
            "user": unquote(found.username or ""),
            "password": unquote(found.password or ""),
        }
    return {}


def _start(name: str, out: Path, language: str, theme: str) -> MemberProcess:
    room = out / name.split(maxsplit=1)[0].lower()
    command = [sys.executable, "-m", "countersign", "tour", "--chapter", "member", "--out", str(room)]
    with room.with_suffix(".log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own program; ended by ``_ended``
            [*command, "--lang", language, "--theme", theme],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
    found = MemberProcess(name, room, process)
    found.listen()
    return found


def _ended(member: MemberProcess) -> int:
    """Let a process end: it does once nobody leads it any more."""
    if member.process.stdin is not None:
        member.process.stdin.close()
    try:
        return member.process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        member.process.kill()
        return member.process.wait()


def _report(team: Team, error: str, codes: Sequence[int]) -> dict[str, object]:
    pictures = {
        member.out.name: [f"{member.out.name}/{step['picture']}" for step in _steps(member) if step["name"] in _INBOXES]
        for member in team.everybody
    }
    report: dict[str, object] = {"status": "", "signatures": 0, "inboxes": pictures, "payment": team.sent}
    if error or any(codes):
        return report | {"wrong": error or f"a process ended with {codes}"}
    bank = bank_says(team.mei.out.parent / "world")
    vaults = [vault_says(member.out, team.order) for member in team.everybody]
    wrong = disagreements(bank, vaults, team.sent, len(team.others))
    said = {member.out.name: vault.as_json() for member, vault in zip(team.everybody, vaults, strict=True)}
    return report | {
        "status": vaults[0].status,
        "signatures": min(vault.signatures for vault in vaults),
        "vaults": said,
        "executions": len(bank),
        "wrong": "; ".join(wrong),
    }


def _steps(member: MemberProcess) -> list[dict[str, str]]:
    steps = member.notes().get("steps", []) if (member.out / MARK).exists() else []
    return steps if isinstance(steps, list) else []
