"""The composition root: the only place that knows every part and puts them together."""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from countersign.adapters.later import LATER
from countersign.adapters.rails.pack_file import RailsFile
from countersign.adapters.system.clock import SystemClock, SystemEntropy
from countersign.adapters.system.document_files import PrivateCopies
from countersign.adapters.system.failpoint_trigger import arm_from_environment
from countersign.adapters.system.hardening import harden_process
from countersign.adapters.system.keyring_store import SecretStore, SystemKeyring
from countersign.adapters.system.paths import ProfilePaths
from countersign.adapters.system.preferences_file import PreferencesFile
from countersign.adapters.vault.cryptography_suite import Argon2Cost, verify_ed25519
from countersign.adapters.vault.door import FileVaultDoor
from countersign.adapters.vault.header import HEADER_FILE
from countersign.adapters.vault.recovery_kit import word_list
from countersign.application.flows.script import Script, on_network, on_read, on_vault
from countersign.application.ports.bank import Bank, Reach
from countersign.application.ports.bank_files import BankFiles, FilePart, ListColumns, ListPreview, Reading
from countersign.application.ports.clock import Clock, Entropy
from countersign.application.ports.tasks import Lane, Tasks
from countersign.application.ports.vault import InFlight, Vault
from countersign.application.session import Session
from countersign.domain.canonical import Json, JsonObject, canonical_bytes
from countersign.domain.errors import CountersignError, UserFacingError
from countersign.domain.ledger.governance import World
from countersign.domain.order_state import BEGUN
from countersign.presentation.error_texts import sentence
from countersign.presentation.messages import _
from countersign.presentation.shell import Opened

if TYPE_CHECKING:
    from countersign.adapters.vault.open_vault import OpenVault
    from countersign.application.ports.bank_files import Reading
    from countersign.application.ports.vault_door import NewVault
    from countersign.application.ports.workspace import WorkspaceVault
    from countersign.application.sharing import Sharing
    from countersign.application.use_cases.vetter import Vetter
    from countersign.domain.ledger.joining import Invitation
    from countersign.domain.vetting import DetailsCheck
    from countersign.presentation.check import Vetting
    from countersign.presentation.join_state import JoiningParts

_STDIN_LIMIT: Final = 1_000_000  # bytes of a message: more than can be checked at once


@dataclass(slots=True)
class Ground:
    """What every door stands on: the machine, the profile, its vault."""

    paths: ProfilePaths
    clock: Clock
    entropy: Entropy
    door: FileVaultDoor
    preferences: PreferencesFile
    rails: RailsFile = field(default_factory=RailsFile)

    @property
    def vetting(self) -> Vetting:
        """What vets details without a vault."""
        return _LazyVetting()

    @property
    def words(self) -> Sequence[str]:
        """The list that fingerprint phrases are made from: 2 048 English words (BIP-39)."""
        return word_list()

    @property
    def later(self) -> Sequence[str]:
        """Modules to load while nobody waits for them."""
        return LATER

    def prepare(self) -> None:
        """Read the calendars of the rails: what a session asks for while its first pages are made."""
        self.rails.book(self.clock.now_ms())

    def joining(self) -> JoiningParts:
        """Return what joining others needs before there is a vault."""
        from countersign.adapters.relays.hand_parcels import HandParcels  # noqa: PLC0415 - few are ever invited
        from countersign.presentation.join_state import JoiningParts  # noqa: PLC0415

        return JoiningParts(HandParcels(), verify_ed25519, partial(_join, self))


class _LazyVetting:
    """Vets details; what that needs is loaded when something is vetted for the first time, in a worker."""

    def __init__(self) -> None:
        self._made: Vetter | None = None

    def details(self, account: str, name: str, country: str) -> DetailsCheck:
        """Vet an account and a name."""
        return self._vetter().details(account, name, country)

    def message(self, text: str) -> DetailsCheck:
        """Vet a message."""
        return self._vetter().message(text)

    def file(self, path: Path, progress: Reading) -> DetailsCheck:
        """Vet a file; what ``progress`` raises ends it."""
        return self._vetter().file(path, progress)

    def _vetter(self) -> Vetter:
        if self._made is None:
            from countersign.adapters.accounts.modulus_files import (  # noqa: PLC0415
                load_modulus_table,
                tables_folder,
            )
            from countersign.adapters.banks.files.bank_files import LocalBankFiles  # noqa: PLC0415
            from countersign.adapters.banks.files.lists.message_file import read_message  # noqa: PLC0415
            from countersign.application.use_cases.vetter import Vetter  # noqa: PLC0415

            self._made = Vetter(LocalBankFiles().read, read_message, lambda: load_modulus_table(tables_folder()))
        return self._made


def lay_ground(
    profile: str, home: Path | None = None, secrets: SecretStore | None = None, cost: Argon2Cost | None = None
) -> Ground:
    """Find a profile and stand before its vault.

    Args:
        profile: The profile's name.
        home: Instead of the platform's own place.
        secrets: Instead of the system's keyring.
        cost: Of deriving the vault's key; by default calibrated to about a second.

    Raises:
        UserFacingError: ``profile.name``.
    """
    harden_process()
    arm_from_environment()
    paths = ProfilePaths.of(profile, home)
    clock, entropy = SystemClock(), SystemEntropy()
    door = FileVaultDoor(paths.vault, clock=clock, entropy=entropy, secrets=secrets or SystemKeyring(), cost=cost)
    return Ground(paths, clock, entropy, door, PreferencesFile(paths.state))


def session_opener(ground: Ground, tasks: Tasks, zone: tzinfo) -> Callable[[Vault], Script[Opened]]:
    """Return what begins a session: it starts or finds the practice bank, and connects."""

    def open_session(vault: Vault) -> Script[Opened]:
        session = Session(
            vault=vault,
            reader=ground.door.projections(),
            tasks=tasks,
            clock=ground.clock,
            entropy=ground.entropy,
            zone=zone,
            new_request_id=lambda: str(uuid.uuid4()),
            connector=partial(_carried_bank, ground),
            files=_Files(),
            rails=ground.rails,
            documents=PrivateCopies(ground.paths.vault),
        )
        # Read while nobody waits for it, unless it was long ago: calendars take a moment.
        tasks.run(Lane.NETWORK, partial(session.rails.book, ground.clock.now_ms()), _read, _not_read)
        session.shared = yield from on_network(partial(_sharing, ground, vault, tasks))
        yield from session.shared.begin()
        kept = yield from on_vault(session.connections)
        session.has_door = any("credential" in settings for settings in kept.values())
        carried = {name: settings for name, settings in kept.items() if "reach" in settings}
        for name, settings in carried.items():
            with suppress(KeyError, TypeError, ValueError):  # unreadable: its accounts show as not connected
                yield from on_network(partial(session.attach, name, settings))
        with suppress(CountersignError):  # pages say that the bank can't be reached, and offer to try again
            yield from on_network(partial(_reach_bank, ground, session, kept))
        accounts = yield from on_read(session.reader.accounts)
        session.accounts.update({(row.iban, row.agent_member): row.bank for row in accounts})
        in_flight = yield from on_read(partial(session.reader.orders_in_flight, InFlight(states=BEGUN)))
        own = (record for record in in_flight if record.sender == vault.identity.device)  # others speak of theirs
        orders = tuple(record.content.order for record in own if record.intent_event)
        ready = bool(carried) or any(settings.get("consent_id") for settings in kept.values())
        return Opened(session, orders, ready=ready or session.shared.others)  # who approves needs no bank of their own

    return open_session


def _sharing(ground: Ground, vault: Vault, tasks: Tasks) -> Sharing:
    """Make what shares the workspace; nothing is started by it. In a worker: it has to be loaded first."""
    from countersign.adapters.relays.from_settings import relay_from_settings  # noqa: PLC0415
    from countersign.adapters.relays.hand_parcels import HandParcels  # noqa: PLC0415
    from countersign.adapters.relays.sealing import HpkeSuite  # noqa: PLC0415
    from countersign.application.sharing import Sharing  # noqa: PLC0415
    from countersign.application.use_cases.exchange_envelopes import Tools  # noqa: PLC0415

    opened = cast("OpenVault", vault)  # the door opens no other kind
    tools = Tools(HpkeSuite(), verify_ed25519, ground.clock, ground.entropy)
    identity = vault.identity
    make = partial(relay_from_settings, identity.workspace, practice=identity.world is World.PRACTICE)
    sharing, before = Sharing(opened, tasks, tools, HandParcels(), make), opened.committed

    def committed(appended: Sequence[str]) -> None:
        before(appended)
        sharing.signed()

    opened.committed = committed
    return sharing


def _join(ground: Ground, new: NewVault, invitation: Invitation) -> Vault:
    """Make a vault whose device asks to be admitted. VAULT lane."""
    from countersign.application.ports.vault_door import JoinTicket  # noqa: PLC0415 - few ever join
    from countersign.application.use_cases.join_workspace import ask_to_join  # noqa: PLC0415

    ticket = JoinTicket(invitation.workspace, invitation.genesis, invitation.world)
    vault = ground.door.join(new, ticket)
    ask_to_join(cast("WorkspaceVault", vault), invitation, new.member_name)
    return vault


def _read(_book: object) -> None:
    """Leave it: whoever needs it asks again, and gets what was read."""


def _not_read(_error: Exception) -> None:
    """Leave it: whoever needs it asks again, and is told."""


class _Files:
    """Reads what banks write. Loaded with the first file: the libraries for it would be felt at the start."""

    def read(self, path: Path, progress: Reading | None = None) -> Iterator[FilePart]:
        """Read a file part by part."""
        return _local_files().read(path, progress)

    def preview(self, path: Path) -> ListPreview | None:
        """Read the beginning of a list."""
        return _local_files().preview(path)

    def read_list(self, path: Path, columns: ListColumns, progress: Reading | None = None) -> Iterator[FilePart]:
        """Read a list as its columns were said to be."""
        return _local_files().read_list(path, columns, progress)

    def fingerprint(self, path: Path) -> str:
        """Return a file's SHA-256."""
        return _local_files().fingerprint(path)


def _local_files() -> BankFiles:
    from countersign.adapters.banks.files.bank_files import LocalBankFiles  # noqa: PLC0415 - see ``_Files``

    return LocalBankFiles()


def _carried_bank(ground: Ground, name: str, settings: JsonObject) -> Bank:
    """Make the connector of a bank to which the person carries payments."""
    from countersign.adapters.banks.files.connection import FileRules, files_bank  # noqa: PLC0415 - as above
    from countersign.adapters.banks.manual.connection import manual_bank  # noqa: PLC0415 - as above

    bank, bic, notes = str(settings["name"]), str(settings["bic"]), ground.paths.state / "carried" / name
    key, practice = bytes.fromhex(str(settings["key"])), settings["practice"] is True
    if settings["reach"] == Reach.MANUAL.value:
        return manual_bank(bank, bic, notes, key, practice=practice)
    return files_bank(bank, bic, FileRules.read(settings), notes, key, ground.clock, practice=practice)


def _reach_bank(ground: Ground, session: Session, kept: dict[str, dict[str, Json]]) -> None:
    if session.vault.identity.world is not World.PRACTICE:
        return  # nothing of the practice world is ever near real money
    # Loaded here, in a worker: certificates and the HTTP library would be felt at the start.
    from countersign.adapters.practice.world import open_practice_bank  # noqa: PLC0415

    practice = open_practice_bank(ground.paths.practice, ground.clock, ground.entropy)
    session.practice = practice
    for name, held in kept.items():
        credential = held.get("credential")
        if isinstance(credential, dict):
            session.customer = str(credential.get("psu_id", ""))
            bank = practice.connect(credential)
            bank.use_consent(str(held.get("consent_id", "")))
            session.banks[name] = bank


def run_windows(profile: str, *, language: str | None, theme: str | None, practice_world: Path | None = None) -> int:
    """Open the program in windows and return its exit code.

    Args:
        profile: The profile's name.
        language: Instead of the one that was chosen.
        theme: Instead of the one that was chosen.
        practice_world: Where the practice bank is, instead of the profile's own: several profiles of one machine can
            try four eyes with one bank.
    """
    from countersign.ui.start import start  # noqa: PLC0415 - Qt is loaded only where windows are wanted

    ground = lay_ground(profile)
    if practice_world is not None:
        ground.paths = replace(ground.paths, practice=practice_world.resolve())
    return start(ground, partial(session_opener, ground), language=language, theme=theme)


def freeze(profile: str) -> int:
    """Block every new payment of a profile, from the command line.

    A profile without a vault is refused: its name is a slip, and nobody's payments would be stopped.
    """
    try:
        ground = lay_ground(profile)
        if not (ground.paths.vault / HEADER_FILE).exists():  # that it is there is enough: a damaged one is stopped too
            raise UserFacingError("vault.none")
        ground.door.freeze()
    except CountersignError as error:
        sys.stderr.write(sentence(error.code, error.params) + "\n")
        return 1
    sys.stdout.write(_("New payments are stopped. Your bank knows nothing of this stop.") + "\n")
    return 0


def verify_receipt(receipt: Path, trust: str, *, as_json: bool) -> int:
    """Check a receipt (PDF), its evidence or a workspace's export without any vault; print what came of it.

    Args:
        receipt: The file.
        trust: A fingerprint known from elsewhere, the signer's or the workspace's; empty if none is.
        as_json: For programs, see ``docs/verify.md``.

    Returns:
        0 proven; 1 refuted; 2 consistent, signer not established; 3 unreadable.
    """
    from countersign.adapters.receipts.receipt_file import read_receipt  # noqa: PLC0415 - no window needs these
    from countersign.adapters.system.export_file import export_at  # noqa: PLC0415
    from countersign.application.use_cases import check_receipt as checking  # noqa: PLC0415
    from countersign.presentation import evidence_report as report  # noqa: PLC0415
    from countersign.presentation.export_report import report_on  # noqa: PLC0415

    try:
        if (export := export_at(receipt)) is not None:
            with export:
                text, verdict = report_on(export, trust, verify_ed25519, word_list(), as_json=as_json)
            return _print(text, report.EXIT_CODES[verdict])
        check = checking.check_receipt(read_receipt(receipt), trust, verify_ed25519)
    except UserFacingError as error:
        reason = error.params.get("reason", "") if error.code == "receipt.pdf" else ""
        check = checking.ReceiptCheck(
            checking.Verdict.UNREADABLE, (f"{error.code}.{reason}" if reason else error.code,)
        )
    text = canonical_bytes(report.as_json(check)).decode() + "\n" if as_json else report.as_text(check)
    return _print(text, report.EXIT_CODES[check.verdict])


def _print(text: str, code: int) -> int:
    sys.stdout.buffer.write(text.encode(sys.stdout.encoding or "utf-8", "replace"))
    sys.stdout.flush()
    return code


def check_now(file: Path | None, account: str, name: str, *, country: str, tables: Path | None, as_json: bool) -> int:
    """Vet a file, a message on standard input, or an account and a name; print what came of it and keep nothing.

    Args:
        file: A pain.001, a CSV list or a text; ``-`` for a message on standard input; None for ``account``.
        account: As somebody typed it.
        name: Of the account's holder, or empty.
        country: ISO 3166 code of the country meant, or empty.
        tables: The folder with Pay.UK's tables; by default the one beside the profiles.
        as_json: For programs, see ``docs/check.md``.

    Returns:
        0 clear; 1 look; 2 stop; 3 unreadable.
    """
    from countersign.adapters.accounts.modulus_files import (  # noqa: PLC0415 - no window needs these
        load_modulus_table,
        tables_folder,
    )
    from countersign.adapters.banks.files.bank_files import LocalBankFiles  # noqa: PLC0415
    from countersign.adapters.banks.files.lists.message_file import decode_message, read_message  # noqa: PLC0415
    from countersign.application.use_cases.check_details import check_account, check_message  # noqa: PLC0415
    from countersign.application.use_cases.check_file import check_file  # noqa: PLC0415
    from countersign.domain.vetting import DetailsCheck, Subject, Verdict  # noqa: PLC0415
    from countersign.presentation import check_report  # noqa: PLC0415

    harden_process()
    try:
        uk_table = load_modulus_table(tables or tables_folder())
        if file is None:
            check = check_account(account, name, country=country, uk_table=uk_table)
        elif str(file) == "-":
            check = check_message(decode_message(sys.stdin.buffer.read(_STDIN_LIMIT)), uk_table=uk_table)
        else:
            check = check_file(file, LocalBankFiles().read, read_message, uk_table=uk_table)
    except UserFacingError as error:
        check = DetailsCheck(Subject.FILE, Verdict.UNREADABLE, fault=error.code, fault_params=error.params)
    if as_json:  # in ASCII: foreign text can't reach the terminal as anything but text
        text = json.dumps(check_report.as_json(check), sort_keys=True, separators=(",", ":")) + "\n"
    else:
        text = check_report.as_text(check, account)
    return _print(text, check_report.EXIT_CODES[check.verdict])
