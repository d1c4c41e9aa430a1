"""How messages travel, in words: the ways, how it goes, and what a store or a device did that a person should know."""

from __future__ import annotations

from dataclasses import dataclass

from countersign.application.session import Session
from countersign.domain.canonical import JsonObject
from countersign.domain.ledger.governance import Governance
from countersign.presentation.error_texts import sentence
from countersign.presentation.formats import isolate, path_text
from countersign.presentation.messages import _, ngettext
from countersign.presentation.relay_settings_state import HeardLine, WarningCard
from countersign.presentation.team_words import Looking, device_title, in_a_row, moment_text, name_of


@dataclass(frozen=True, slots=True)
class RelayLine:
    """How messages travel, in a sentence; ``chip`` says in a word how it goes."""

    text: str
    chip: str
    tone: str


def ways() -> tuple[tuple[str, str, str], ...]:
    """Return how messages can travel, as (value, title, what it means)."""
    return (
        ("none", _("By hand"), _("As files, or as codes that are photographed. Nothing to set up.")),
        (
            "folder",
            _("A shared folder"),
            _("On a network drive, or one that a program keeps in step. What lies in it is sealed."),
        ),
        (
            "postgres",
            _("A PostgreSQL server"),
            _("The fastest way for a larger team. It sees when and how much is sent, and nothing else."),
        ),
    )


def relay_place(settings: JsonObject) -> str:
    """Name the place that messages travel through; empty where they travel by hand."""
    if settings.get("kind") == "folder":
        return _("the folder {folder}").format(folder=isolate(path_text(str(settings.get("folder", "")))))
    if settings.get("kind") == "postgres":
        return _("the server {host}").format(host=isolate(str(settings.get("host", ""))))
    return ""


def travels_by_hand(session: Session) -> bool:
    """Tell whether nothing travels by itself."""
    return not session.sharing.connected


def relay_problem(session: Session) -> str:
    """Say why messages don't travel just now; empty where they do."""
    code = session.sharing.error
    return sentence(code) if code else ""


def relay_line(session: Session) -> RelayLine:
    """Say how messages travel, and how that goes."""
    sharing = session.sharing
    place = relay_place(sharing.settings)
    if not place:
        return RelayLine(_("By hand: as files, or as codes that are photographed."), _("By hand"), "neutral")
    text = _("Through {place}.").format(place=place)
    if sharing.lacks_password:
        return RelayLine(text, _("Password needed"), "warn")
    problem = relay_problem(session)
    if not sharing.hears:
        return RelayLine(f"{text} {problem}", _("Reads and sends nothing"), "warn")
    if problem:
        return RelayLine(f"{text} {problem}", _("Not reached"), "warn")
    count = len(warning_cards(session, None))
    if count:
        words = ngettext("{count} warning", "{count} warnings", count)
        return RelayLine(text, words.format(count=count), "danger")
    if not sharing.state.round_at:
        return RelayLine(text, _("Not yet exchanged"), "neutral")
    when = moment_text(sharing.state.round_at, session.zone)
    return RelayLine(f"{text} " + _("Last exchange: {time}.").format(time=when), _("In step"), "ok")


def status_rows(session: Session, waiting: int) -> tuple[tuple[str, str], ...]:
    """Say how the exchange goes, as (label, value).

    Args:
        session: The session.
        waiting: How many messages wait for one that came before them.
    """
    sharing, zone = session.sharing, session.zone
    rows = [(_("Way"), relay_place(sharing.settings) or _("By hand"))]
    if sharing.connected:
        at = sharing.state.round_at
        rows.append((_("Last exchange"), moment_text(at, zone) if at else _("Not yet")))
        if relay_problem(session):
            rows.append((_("What failed"), relay_problem(session)))
    if waiting:
        text = ngettext("{count} message", "{count} messages", waiting)
        rows.append((_("Waiting for what came before"), text.format(count=waiting)))
    if sharing.state.refused:
        count = len(sharing.state.refused)
        text = ngettext("{count} parcel, none of ours", "{count} parcels, none of ours", count)
        rows.append((_("Refused"), text.format(count=count)))
    return tuple(rows)


def heard_lines(governance: Governance, look: Looking, unheard: frozenset[str]) -> tuple[HeardLine, ...]:
    """Say of each other open device when it was last heard of.

    Args:
        governance: Who belongs to the workspace.
        look: Who looks, and when each device was last heard of.
        unheard: Devices of which nothing was heard for longer than five minutes.
    """
    found = []
    for device in governance.devices:
        if device.closed or device.device == look.device:
            continue
        at = look.heard.get(device.device, 0)
        text = _("Last heard of {time}.").format(time=moment_text(at, look.zone)) if at else _("Not heard of yet.")
        chip, tone = (_("Silent"), "neutral") if device.device in unheard or not at else (_("Here"), "ok")
        name = _("{name} · {device}").format(
            name=name_of(governance, device.member), device=device_title(device.device)
        )
        found.append(HeardLine(device.device, name, text, chip, tone))
    return tuple(found)


def warning_cards(session: Session, governance: Governance | None) -> tuple[WarningCard, ...]:
    """Say what a store or a device did that a person should know, and what to do."""
    report = session.sharing.state.report
    now = session.clock.now_ms()
    cards = []
    proven = [item for item in report.forks if item.proven]
    said = [item for item in report.forks if not item.proven]
    if proven:
        names = _owners(governance, [item.device for item in proven])
        cards.append(
            WarningCard(
                _("A device says two things"),
                _("{names}: two different messages were signed for one place. Both are kept as proof; what that "
                  "device says from there on doesn't count.").format(names=names),
                _("Close this device on the page of its member, and talk to that person: its key is in other hands, "
                  "or its vault was copied."),
                "danger",
            )
        )  # fmt: skip
    if said:
        names = _owners(governance, [item.device for item in said])
        cards.append(
            WarningCard(
                _("Others are shown another history"),
                _("Of {names} the others hold other messages than this device. A store that shows each of you a "
                  "different view does that.").format(names=names),
                _("Approve nothing large before it is settled. Exchange messages by file or code with a colleague, "
                  "then look again."),
                "danger",
            )
        )  # fmt: skip
    late = [item for item in report.withheld if item.is_late(now)]
    own = [item for item in late if item.device == session.sharing.vault.identity.device]
    others = [item for item in late if item not in own]
    if others:
        count = sum(item.claimed - item.have for item in others)
        text = ngettext(
            "{count} message of {names} is known to others and did not arrive here.",
            "{count} messages of {names} are known to others and did not arrive here.",
            count,
        )
        text = text.format(count=count, names=_owners(governance, [item.device for item in others]))
        who = _owners(governance, [item.by for item in others if item.by])
        cards.append(
            WarningCard(
                _("Messages are withheld"),
                f"{text} {_('It is {names} who says so.').format(names=who)}" if who else text,
                _(
                    "The store is slow, full or holds them back. If it stays so, have them brought by file or code, by "
                    "whoever speaks of them. If they can't be brought, close that device on the page of its member: "
                    "nothing is sent until then."
                ),
                "warn",
            )
        )
    if own:
        cards.append(
            WarningCard(
                _("This vault is older than what others have of it"),
                _("Others hold messages of this very device that are not in its vault: it is an older copy."),
                _("Sign nothing here. Open the newest copy of your vault, or join anew with another device."),
                "danger",
            )
        )
    cards += [_went_back(item.device, governance) for item in report.went_back]
    return tuple(cards)


def _went_back(device: str, governance: Governance | None) -> WarningCard:
    if not device:
        return WarningCard(
            _("The store was rolled back"),
            _("It no longer has what this device left there. What the others lack was left there once more."),
            _("Ask whoever runs it whether it was restored from a backup; nothing is lost here."),
            "warn",
        )
    return WarningCard(
        _("A device was rolled back"),
        _("{names} knows less than it did before: its vault was replaced by an older copy.").format(
            names=_owners(governance, [device])
        ),
        _("Ask its owner whether a backup was opened. A restored vault needs a new device to sign with."),
        "warn",
    )


def _owners(governance: Governance | None, devices: list[str]) -> str:
    names = []
    for name in dict.fromkeys(devices):
        known = governance.device(name) if governance else None
        title = device_title(name)
        if known is not None and governance is not None:
            title = _("{name} · {device}").format(name=name_of(governance, known.member), device=title)
        names.append(title)
    return in_a_row(names)
