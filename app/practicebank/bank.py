"""The bank put together: every part of it that the doors share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from practicebank import amounts
from practicebank.accounts import Accounts
from practicebank.authorisations import Authorisations
from practicebank.baskets import Baskets
from practicebank.certificates import Authority, Enrolments
from practicebank.clock import BankClock
from practicebank.consents import Consents
from practicebank.customers import Customers
from practicebank.faults import Faults
from practicebank.outcomes import Outcomes
from practicebank.payments import Payments
from practicebank.products import ARRIVALS, CN_DOMESTIC, PRODUCTS, describe_fees
from practicebank.second_factors import SecondFactors
from practicebank.store import DATABASE, Store
from practicebank.vop import SCHEMES, NameChecks
from practicebank.world import cast, company, national, populate


class Bank:
    """Hold one world's bank.

    Args:
        directory: The world's directory, which exists.
        seed: For a new world.
        start: First day of a new world.
        settle_seconds: Delay of ordinary transfers in seconds of bank clock.
    """

    def __init__(self, directory: Path, seed: int, start: date, settle_seconds: int) -> None:
        self.directory = directory
        self.store = Store(directory / DATABASE)
        if not populate.is_populated(self.store):
            populate.populate(self.store, seed, start)
        self.facts = populate.facts(self.store)
        first_day = date.fromisoformat(str(self.facts["start_date"]))
        company.populate_company(self.store, int(str(self.facts["seed"])), first_day)
        national.populate_directory(self.store, int(str(self.facts["seed"])))
        self.clock = BankClock(self.store)
        self.outcomes = Outcomes(self.store, settle_seconds)
        self.accounts = Accounts(self.store)
        self.customers = Customers(self.store)
        self.payments = Payments(self.store, self.clock, self.accounts, self.outcomes, cast.OWN_BANK.bic)
        self.baskets = Baskets(self.store, self.clock, self.payments)
        self.consents = Consents(self.store, self.clock)
        self.factors = SecondFactors(self.store, self.clock, self.customers, self.outcomes.sca_methods)
        self.authorisations = Authorisations(self.store, self.factors, self.customers.password_of, self.clock.now_ms)
        self.name_checks = NameChecks(self.store, self.clock, self.outcomes)
        self.faults = Faults(self.store)
        self.authority = Authority(directory / "certificates", str(self.facts["world_id"]))
        self.enrolments = Enrolments(self.store, self.clock, self.authority)
        # What else the clock may have made due: each is called after payments were settled.
        self.followers: list[Callable[[], None]] = []

    def catch_up(self) -> None:
        """Do what the clock has made due since somebody last asked."""
        self.payments.settle_due()
        for follow in self.followers:
            follow()

    def profile(self) -> dict[str, object]:
        """Return what the bank declares of itself, its commit point and lookup above all."""
        outcomes = self.outcomes.describe()
        exempt = outcomes["exempt_from_sca"] != "off"
        # Where the app asks as soon as a payment is handed in, nothing more need come from the client.
        upon_initiation = outcomes["starts_itself"] and outcomes["upon_start"] != "password"
        return {
            "name": cast.OWN_BANK.name,
            "bic": cast.OWN_BANK.bic,
            "country": cast.OWN_BANK.country,
            "practice": True,
            "products": list(PRODUCTS),
            "currencies": sorted({currency for product in PRODUCTS.values() for currency in product.fees}),
            "fees": describe_fees(),
            "arrival_modes": {CN_DOMESTIC: list(ARRIVALS)},
            "bulk_products": [product.name for product in PRODUCTS.values() if product.in_bulk],
            "name_check_schemes": list(SCHEMES),
            "signing_baskets": True,
            "cut_offs": dict.fromkeys(PRODUCTS, "none: every day, around the clock"),
            "largest_amount": amounts.standard(amounts.LARGEST_MINOR, "EUR"),
            "commit_point": "initiation" if upon_initiation else "sca_answer",
            "lookup": "payment_and_authorisation",
            "never_executes_unauthorised": outcomes["never_executes_unauthorised"],
            "sca_exempt_possible": exempt,
            "settle_seconds": outcomes["settle_seconds"],
        }

    def close(self) -> None:
        """Close the bank's memory."""
        self.store.close()
