"""What ways to pay are called, as banks call them."""

from __future__ import annotations

from countersign.domain.payment import PaymentProduct
from countersign.presentation.messages import _


def product_name(product: PaymentProduct) -> str:
    """Return the name of a way to pay."""
    return {
        PaymentProduct.SEPA: _("SEPA credit transfer"),
        PaymentProduct.SEPA_INSTANT: _("SEPA instant credit transfer"),
        PaymentProduct.TARGET: _("Urgent payment (TARGET)"),
        PaymentProduct.CROSS_BORDER: _("International payment (SWIFT)"),
        PaymentProduct.SWISS: _("Swiss domestic payment (SIC)"),
        PaymentProduct.UK_FASTER: _("Faster Payment"),
        PaymentProduct.UK_CHAPS: _("CHAPS"),
        PaymentProduct.US_ACH: _("ACH credit"),
        PaymentProduct.US_WIRE: _("Fedwire"),
        PaymentProduct.CN_DOMESTIC: _("Chinese domestic payment (CNAPS)"),
        PaymentProduct.TW_DOMESTIC: _("Taiwanese domestic payment"),
    }[product]
