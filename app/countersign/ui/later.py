"""What the windows need later than at the start, name by name: loaded in a worker, so that no page waits for it."""

from __future__ import annotations

from typing import Final

LATER: Final = (
    "countersign.presentation.setup",
    "countersign.ui.views.setup",
    "countersign.presentation.home",
    "countersign.ui.views.home",
    "countersign.presentation.check",
    "countersign.presentation.add_account",
    "countersign.presentation.batch",
    "countersign.presentation.bring_in",
    "countersign.presentation.elsewhere",
    "countersign.presentation.history",
    "countersign.presentation.inbox",
    "countersign.presentation.inbox_watch",
    "countersign.presentation.learning",
    "countersign.presentation.order",
    "countersign.presentation.order_documents",
    "countersign.presentation.settings",
    "countersign.presentation.templates",
    "countersign.presentation.transfer",
    "countersign.presentation.team",
    "countersign.presentation.together",
    "countersign.presentation.team_member",
    "countersign.presentation.team_sending",
    "countersign.presentation.team_invite",
    "countersign.presentation.rules_editor",
    "countersign.presentation.audit_export",
    "countersign.presentation.relay_settings",
    "countersign.presentation.code_offer",
    "countersign.presentation.code_showing",
    "countersign.presentation.code_reading",
    "countersign.ui.kit_pdf",
    "countersign.ui.receipt_pdf",
    "countersign.ui.views.check.page",
    "countersign.ui.views.add_account",
    "countersign.ui.views.batch.page",
    "countersign.ui.views.bring_in",
    "countersign.ui.views.elsewhere",
    "countersign.ui.views.history.page",
    "countersign.ui.views.inbox.page",
    "countersign.ui.views.learning",
    "countersign.ui.views.order.page",
    "countersign.ui.widgets.order_documents_card",
    "countersign.ui.views.settings",
    "countersign.ui.views.templates",
    "countersign.ui.views.transfer.page",
    "countersign.ui.views.join.waiting",
    "countersign.ui.views.team.page",
    "countersign.ui.views.together.page",
    "countersign.ui.views.together.offer",
    "countersign.ui.views.team.member",
    "countersign.ui.views.team.invite",
    "countersign.ui.views.team.export",
    "countersign.ui.views.team.rules",
    "countersign.ui.views.team.sending",
    "countersign.ui.views.team.relay",
    "countersign.ui.views.codes.offer",
    "countersign.ui.views.codes.show",
    "countersign.ui.views.codes.read",
)
"""Pages that nobody sees at the start: loaded once the first one is on screen, the next first."""

LIBRARIES: Final = ("qrcode", "zxcvbn")
"""Slow to load, and used in handlers."""

JOINING: Final = (
    "countersign.presentation.join_state",
    "countersign.application.ports.parcels",
    "countersign.presentation.transfer_desk",
    "countersign.presentation.relay_settings_state",
    "countersign.presentation.relay_words",
    "countersign.application.use_cases.publish_envelopes",
    "countersign.application.flows.exchange_round",
    "countersign.application.sharing",
    "countersign.presentation.team_desk",
    "countersign.presentation.join",
    "countersign.ui.widgets.join_card",
)
"""For the offer to join others, which the first page makes by itself; each after what it needs, so none takes long."""
