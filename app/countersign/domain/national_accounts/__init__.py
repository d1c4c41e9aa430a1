"""Account numbers of countries beside the IBAN, and the one function that reads what people type for any of them."""

from __future__ import annotations

from countersign.domain.national_accounts.account import ReadAccount
from countersign.domain.national_accounts.rails import rails_for
from countersign.domain.national_accounts.reading import read_account
from countersign.domain.national_accounts.uk_modulus import ModulusTable, ModulusTableError, read_modulus_table

__all__ = ["ModulusTable", "ModulusTableError", "ReadAccount", "rails_for", "read_account", "read_modulus_table"]
