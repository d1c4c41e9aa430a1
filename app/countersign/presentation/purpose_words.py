"""Say what a payment is for, by the codes of ISO 20022 ExternalPurpose1Code."""

from __future__ import annotations

from countersign.presentation.messages import _


def purposes() -> tuple[tuple[str, str], ...]:
    """List purposes to choose from, codes with their words, none first."""
    return (
        ("", _("No purpose code")),
        ("GDDS", _("Goods (GDDS)")),
        ("SCVE", _("Services (SCVE)")),
        ("SUPP", _("Supplier (SUPP)")),
        ("SALA", _("Salary (SALA)")),
        ("RENT", _("Rent (RENT)")),
        ("EDUC", _("Tuition (EDUC)")),
        ("HLST", _("Property loan settlement (HLST)")),
        ("LOAN", _("Loan (LOAN)")),
        ("MDCS", _("Medical services (MDCS)")),
        ("TAXS", _("Tax (TAXS)")),
        ("CHAR", _("Donation (CHAR)")),
        ("INTC", _("Between own companies (INTC)")),
    )


def purpose_name(code: str) -> str:
    """Say a purpose in words; one that isn't on the list is shown as its code."""
    return dict(purposes()).get(code, code) if code else ""
