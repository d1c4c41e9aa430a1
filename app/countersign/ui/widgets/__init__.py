"""The widgets every page is built from."""

from __future__ import annotations

from countersign.ui.widgets.accessible import Picture
from countersign.ui.widgets.announcer import announce
from countersign.ui.widgets.arming import ArmingButton
from countersign.ui.widgets.buttons import DangerButton, KitButton, PrimaryButton, QuietButton, SafeButton
from countersign.ui.widgets.cards import Banner, Card, Chip, Divider, EmptyState, IconView
from countersign.ui.widgets.charts import Bar, BarChart, Point, Sparkline
from countersign.ui.widgets.choices import Choice, ChoiceCards
from countersign.ui.widgets.errors import ErrorSummary
from countersign.ui.widgets.fields import (
    CheckField,
    DateField,
    Field,
    SelectField,
    TextArea,
    TextField,
)
from countersign.ui.widgets.flow_layout import FlowLayout
from countersign.ui.widgets.interruption import InterruptionPanel
from countersign.ui.widgets.labels import Elide, PlainLabel, Variant, isolate_ltr
from countersign.ui.widgets.link_buttons import IconButton, LinkButton
from countersign.ui.widgets.money_fields import (
    AccountField,
    AmountField,
    OtpField,
    SecretField,
    in_groups,
)
from countersign.ui.widgets.navigation import NavBar, NavButton, NavEntry
from countersign.ui.widgets.page import FORM_WIDTH, FooterBar, ScrollPage
from countersign.ui.widgets.practice import PhonePanel, PracticeRibbon, Sms
from countersign.ui.widgets.progress import ProgressRow
from countersign.ui.widgets.qr import QrView, qr_matrix
from countersign.ui.widgets.rows import KeyValueRows, Row
from countersign.ui.widgets.stepper import Step, Stepper, StepState
from countersign.ui.widgets.table import KitTable, RowDelegate
from countersign.ui.widgets.timeline import Moment, Timeline, TimelineEntry

__all__ = [
    "FORM_WIDTH",
    "AccountField",
    "AmountField",
    "ArmingButton",
    "Banner",
    "Bar",
    "BarChart",
    "Card",
    "CheckField",
    "Chip",
    "Choice",
    "ChoiceCards",
    "DangerButton",
    "DateField",
    "Divider",
    "Elide",
    "EmptyState",
    "ErrorSummary",
    "Field",
    "FlowLayout",
    "FooterBar",
    "IconButton",
    "IconView",
    "InterruptionPanel",
    "KeyValueRows",
    "KitButton",
    "KitTable",
    "LinkButton",
    "Moment",
    "NavBar",
    "NavButton",
    "NavEntry",
    "OtpField",
    "PhonePanel",
    "Picture",
    "PlainLabel",
    "Point",
    "PracticeRibbon",
    "PrimaryButton",
    "ProgressRow",
    "QrView",
    "QuietButton",
    "Row",
    "RowDelegate",
    "SafeButton",
    "ScrollPage",
    "SecretField",
    "SelectField",
    "Sms",
    "Sparkline",
    "Step",
    "StepState",
    "Stepper",
    "TextArea",
    "TextField",
    "Timeline",
    "TimelineEntry",
    "Variant",
    "announce",
    "in_groups",
    "isolate_ltr",
    "qr_matrix",
]
