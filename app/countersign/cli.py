"""The doors: ``countersign`` and its commands. Each imports what it needs when it is called, and nothing before.

Exit codes: 0 done (or proven, or nothing found); 1 refused, failed or refuted, or look before paying; 2 consistent, but
the signer is not established, stop before paying, and wrong usage; 3 unreadable input.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from countersign import __version__

PROFILE_DEFAULT: Final = "default"


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    given = list(sys.argv[1:] if argv is None else argv)
    if given[:1] == ["practice-bank"]:
        # A program of its own: it starts without the client being imported.
        from practicebank.main import main as practice_bank

        return practice_bank(given[1:])
    parser = _parser()
    arguments = parser.parse_args(given)
    command = arguments.command
    if arguments.lang and command in {"verify", "freeze", "check"}:
        from countersign.presentation.messages import set_language

        set_language(arguments.lang)
    if command == "verify":
        from countersign.bootstrap import verify_receipt

        return verify_receipt(arguments.receipt, arguments.trust, as_json=arguments.json)
    if command == "check":
        from countersign.bootstrap import check_now

        if (arguments.file is None) == (not arguments.account):
            parser.error("check takes a FILE, or --account")
        return check_now(
            arguments.file,
            arguments.account,
            arguments.name,
            country=arguments.country.upper(),
            tables=arguments.tables,
            as_json=arguments.json,
        )
    if command == "freeze":
        from countersign.bootstrap import freeze

        return freeze(arguments.profile)
    if command == "tour":
        if arguments.store == "postgres" and not arguments.server:
            parser.error("--store postgres takes a --server")
        return _tour(arguments)
    from countersign.bootstrap import run_windows

    world = arguments.practice_world
    return run_windows(arguments.profile, language=arguments.lang, theme=arguments.theme, practice_world=world)


def _tour(arguments: argparse.Namespace) -> int:
    out, language, theme = arguments.out, arguments.lang or "en", arguments.theme or "light"
    if arguments.chapter == "team":
        from countersign.tour_team import run_team

        return run_team(out, store=arguments.store, server=arguments.server, language=language, theme=theme)
    from countersign.tour import run_tour  # Qt is loaded only where windows are wanted

    if arguments.chapter == "own-bank":
        from countersign.tour_own_bank import OwnBankGuide

        return run_tour(out, language=language, theme=theme, guide=OwnBankGuide)
    if arguments.chapter == "member":
        from countersign.tour_member import MemberGuide

        return run_tour(out, language=language, theme=theme, guide=MemberGuide)
    return run_tour(out, language=language, theme=theme)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="countersign",
        description="Leads you through a large payment, stops fraud, and keeps proof.",
        epilog="exit codes: 0 done or proven; 1 refused, failed or refuted; 2 consistent but signer not established, "
        "or wrong usage; 3 unreadable input",
    )
    parser.add_argument("--version", action="version", version=f"countersign {__version__}")
    parser.add_argument(
        "--profile", default=PROFILE_DEFAULT, metavar="NAME", help="keeps several persons apart on one machine"
    )
    parser.add_argument(
        "--practice", action="store_true", help="begin in the practice world, as a new vault does unless told otherwise"
    )
    parser.add_argument(
        "--practice-world", type=Path, metavar="DIR", help="one practice bank for several profiles on this machine"
    )
    _looks(parser)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    tour = commands.add_parser("tour", help="play a whole large transfer through the real windows, with pictures")
    tour.add_argument("--out", type=Path, required=True, metavar="DIR", help="where pictures and tour.json go")
    tour.add_argument(
        "--chapter",
        choices=("transfer", "own-bank", "team", "member"),
        default="transfer",
        help="transfer: from first run to receipt; own-bank: by payment file and by hand, settled by statements; "
        "team: three people, each with a vault, of whom two approve (each is a process that plays member)",
    )
    tour.add_argument(
        "--store",
        choices=("folder", "postgres", "files"),
        default="folder",
        help="what carries the team's messages",
    )
    tour.add_argument("--server", default="", metavar="URL", help="for --store postgres: postgresql://USER:PASSWORD@…")
    _looks(tour)
    verify = commands.add_parser("verify", help="check a receipt, evidence or a workspace's export, without a vault")
    verify.add_argument(
        "receipt", type=Path, metavar="FILE", help="a receipt (.pdf), its evidence (.json), or an export (.csexport)"
    )
    verify.add_argument(
        "--trust", default="", metavar="FINGERPRINT", help="of the device or the workspace, known elsewhere"
    )
    verify.add_argument("--json", action="store_true", help="print the findings as JSON")
    _check(commands.add_parser("check", help="check details before paying, without the vault; nothing is kept"))
    stop = commands.add_parser("freeze", help="block every new payment of this profile, without unlocking it")
    stop.add_argument("--profile", default=argparse.SUPPRESS, metavar="NAME", help="whose payments")
    commands.add_parser("practice-bank", help="run the practice bank, or --dump its accounts and journal")
    return parser


def _check(check: argparse.ArgumentParser) -> None:
    check.description = "Exit codes: 0 nothing found; 1 look before paying; 2 stop; 3 unreadable."
    check.add_argument(
        "file", type=Path, nargs="?", metavar="FILE", help="a pain.001, a CSV list, a message as text, or - for stdin"
    )
    check.add_argument("--account", default="", metavar="TEXT", help="an account in any country's way, not a file")
    check.add_argument("--name", default="", metavar="TEXT", help="whose account it is said to be")
    check.add_argument("--country", default="", metavar="CC", help="the account's country, such as GB, US, CN, TW")
    check.add_argument("--tables", type=Path, metavar="DIR", help="folder with the UK's modulus tables")
    check.add_argument("--json", action="store_true", help="print the findings as JSON")


def _looks(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--lang", choices=("en", "zh_CN", "zh_TW"), help="language")
    parser.add_argument("--theme", choices=("system", "light", "dark", "high_contrast"), help="theme")
