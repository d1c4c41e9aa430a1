"""The pages that make a vault: passphrase, recovery kit, its proof."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from countersign.presentation.first_run import NewVaultPresenter, NewVaultState, VaultStep, world_choices
from countersign.presentation.messages import _
from countersign.ui.theme.tokens import Space, Tone
from countersign.ui.widgets import (
    Banner,
    Card,
    Choice,
    ChoiceCards,
    ErrorSummary,
    Field,
    LinkButton,
    PlainLabel,
    PrimaryButton,
    ProgressRow,
    QuietButton,
    SafeButton,
    ScrollPage,
    SecretField,
    TextField,
    Variant,
)
from countersign.ui.widgets.page import FORM_WIDTH
from countersign.ui.widgets.turns import in_turns

if TYPE_CHECKING:
    from countersign.presentation.join_state import InvitationState
    from countersign.ui.widgets.join_card import JoinCard

_KIT_COLUMNS = 3


class NewVaultPage(QWidget):
    """Show the steps one after the other.

    Signals:
        made: The page is whole: what came in turns has come.
    """

    made = Signal()

    def __init__(
        self,
        print_kit: Callable[[Sequence[str]], None],
        save_kit: Callable[[Sequence[str]], None],
        appearance: Callable[[], QWidget] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """Make the page.

        Args:
            print_kit: Prints the kit.
            save_kit: Asks where to save the kit, and saves it.
            appearance: Makes what is shown beside the first step, once that is on screen: language, theme, text size.
            parent: Qt's parent.
        """
        super().__init__(parent)
        self.setObjectName("new_vault.page")
        self._presenter: NewVaultPresenter | None = None
        self._print_kit, self._save_kit = print_kit, save_kit
        self._words: tuple[str, ...] = ()
        self._stack = QStackedWidget()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)
        self._kit_grid = QGridLayout()
        self._proof_fields: list[Field] = []
        self.proofs: tuple[TextField, ...] = ()
        self._pages: list[ScrollPage] = []
        self._step(0)
        self._appearance = appearance
        self._steps = {VaultStep.PASSPHRASE: 0, VaultStep.KIT: 1, VaultStep.PROOF: 2, VaultStep.MAKING: 2}

    def attach(self, presenter: NewVaultPresenter) -> None:
        """Take the presenter and show its first state."""
        self._presenter = presenter
        presenter.start()

    def showEvent(self, event: QShowEvent) -> None:
        """Add what stands beside the first step once that is on screen: all at once would be felt."""
        super().showEvent(event)
        if self._appearance is not None:
            in_turns(self, [partial(self._add_appearance, self._appearance)])
            self._appearance = None

    # — the three pages —

    def _make_passphrase(self) -> ScrollPage:
        page = ScrollPage("", "")
        self.check_button = QuietButton(_("Check details that you were given"), icon="search")
        self.check_button.setObjectName("new_vault.check")
        page.set_tools([self.check_button])
        self._errors = ErrorSummary(_("Look at these again"))
        page.add(self._errors)
        self.join_card: JoinCard | None = None
        self._offered_name = ""
        self._world_card = self._make_world()
        page.add(self._world_card)
        card = Card()
        card.body.setSpacing(Space.L)
        self.name = TextField(_("Your name"))
        self.name.setObjectName("new_vault.name")
        self.passphrase = SecretField(_("Passphrase"))
        self.passphrase.setObjectName("new_vault.passphrase")
        self.repeated = SecretField(_("Passphrase, once more"))
        self.repeated.setObjectName("new_vault.repeated")
        hint = _("As it stands on your bank account. Payees see it.")
        self._fields = {
            "name": Field(_("Your name"), self.name, hint=hint),
            "passphrase": Field(_("Passphrase"), self.passphrase),
            "repeated": Field(_("Passphrase, once more"), self.repeated),
        }
        card.add(self._fields["name"])
        offer = Card(_("An offer: six words that nobody can guess"), tone=Tone.INFO, icon="key")
        self._offer = PlainLabel("", Variant.LEAD, selectable=True, ltr=True)
        self._offer.setObjectName("new_vault.offer")
        offer.add(self._offer)
        row = QHBoxLayout()
        self.take_offer = QuietButton(_("Use these words"), icon="check")
        self.take_offer.setObjectName("new_vault.take_offer")
        self.another = LinkButton(_("Offer others"))
        row.addWidget(self.take_offer)
        row.addWidget(self.another)
        row.addStretch(1)
        offer.body.addLayout(row)
        card.add(offer)
        card.add(self._fields["passphrase"])
        self._strength = PlainLabel("", Variant.LABEL)
        card.add(self._strength)
        card.add(self._fields["repeated"])
        page.add(card)
        self._protection = Banner(Tone.WARN, _("No keyring on this computer"))
        self._protection.hide()
        page.add_aside(self._protection)
        self.next_button = PrimaryButton(_("Go on to the recovery kit"))
        self.next_button.setObjectName("new_vault.next")
        page.set_actions(None, self.next_button, _("Part 1 of 3"))
        self.take_offer.activated.connect(self._take_offer)
        self.another.activated.connect(self._offer_another)
        self.passphrase.textChanged.connect(self._edited)
        self.next_button.activated.connect(self._choose)
        return page

    def _make_world(self) -> Card:
        card = Card(_("What is it for?"))
        self.worlds = ChoiceCards(_("What is it for?"), [Choice(*world) for world in world_choices()])
        self.worlds.setObjectName("new_vault.world")
        self.worlds.chosen.connect(self._choose_world)
        card.add(self.worlds)
        card.add(PlainLabel(_("It stays so for this vault."), Variant.MUTED))
        return card

    def _make_kit(self) -> ScrollPage:
        page = ScrollPage("", "", max_width=FORM_WIDTH)
        card = Card(_("Recovery kit"), icon="document")
        self._kit_grid.setHorizontalSpacing(Space.XL)
        self._kit_grid.setVerticalSpacing(Space.M)
        card.body.addLayout(self._kit_grid)
        page.add(card)
        row = QHBoxLayout()
        self.print_button = QuietButton(_("Print it"), icon="document")
        self.save_button = QuietButton(_("Save it as PDF"), icon="download")
        self.save_button.setObjectName("new_vault.save_kit")
        row.addWidget(self.print_button)
        row.addWidget(self.save_button)
        row.addStretch(1)
        page.main.addLayout(row)
        warning = _(
            "Whoever holds this kit can read your vault. It can't send money: for that the device's own key is needed."
        )
        page.add(PlainLabel(warning, Variant.MUTED))
        self.kept_button = PrimaryButton(_("I have it on paper or in a file"))
        self.kept_button.setObjectName("new_vault.kept")
        page.set_actions(None, self.kept_button, _("Part 2 of 3"))
        self.print_button.activated.connect(lambda: self._print_kit(self._words))
        self.save_button.activated.connect(lambda: self._save_kit(self._words))
        self.kept_button.activated.connect(self._kept)
        return page

    def _make_proof(self) -> ScrollPage:
        page = ScrollPage("", "", max_width=FORM_WIDTH)
        self._proof_errors = ErrorSummary(_("Look at these again"))
        page.add(self._proof_errors)
        card = Card()
        card.body.setSpacing(Space.L)
        self.proofs = (TextField(""), TextField(""))
        for place, control in enumerate(self.proofs):
            control.setObjectName(f"new_vault.proof{place}")
            field = Field("", control)
            self._proof_fields.append(field)
            card.add(field)
        self._making = ProgressRow(_("Making your vault"))
        self._making.hide()
        card.add(self._making)
        page.add(card)
        self.back_button = SafeButton(_("Show the kit again"))
        self.make_button = PrimaryButton(_("Make my vault"), icon="lock")
        self.make_button.setObjectName("new_vault.make")
        page.set_actions(self.back_button, self.make_button, _("Part 3 of 3"))
        self.back_button.activated.connect(self._back)
        self.make_button.activated.connect(self._prove)
        return page

    def _step(self, place: int) -> ScrollPage:
        """Return the page of a step; each is made when it is first wanted."""
        makers = (self._make_passphrase, self._make_kit, self._make_proof)
        for make in makers[len(self._pages) : place + 1]:
            self._pages.append(make())
            self._stack.addWidget(self._pages[-1])
        return self._pages[place]

    def _prepare(self, step: VaultStep) -> None:
        self._step(self._steps[step])

    def _add_appearance(self, appearance: Callable[[], QWidget]) -> None:
        if not self.isHidden():  # else it was left meanwhile, and another page is being shown
            card = appearance()
            beside = partial(self._pages[0].add_aside, card)  # the page is laid out and painted with it then
            in_turns(self, [beside, partial(self._prepare, VaultStep.KIT), self.made.emit])

    # — showing —

    def show_state(self, state: NewVaultState) -> None:
        """Show the state."""
        place = self._steps[state.step]
        page = self._step(place)
        page.set_heading(state.heading, state.lead)
        if self._stack.currentIndex() != place:
            self._stack.setCurrentIndex(place)
            page.focus_heading()
            if state.step is VaultStep.KIT:
                in_turns(self, [partial(self._prepare, VaultStep.PROOF)])  # while the person writes the kit down
        if self.worlds.value() != state.world:
            self.worlds.set_value(state.world)
        if state.invitation is not None:
            self._show_invitation(state.invitation)
        self._offer.setText(state.offer)
        self._strength.setText(state.strength)
        self._strength.set_ink("ok" if state.strong else "warn")
        self._strength.setVisible(bool(state.strength))
        self._protection.set_text(_("No keyring on this computer"), state.protection)
        self._protection.setVisible(bool(state.protection))
        if self._proof_fields:
            self._show_proof(state)
        if state.step is not VaultStep.KIT:
            self._forget_kit()
        if place == 0:
            self._errors.show_errors([(self._fields[key], text) for key, text in state.errors if key in self._fields])
        elif place == 2:  # noqa: PLR2004
            named = {f"word{at}": field for at, field in enumerate(self._proof_fields)}
            first = self._proof_fields[0]
            self._proof_errors.show_errors([(named.get(key, first), text) for key, text in state.errors])

    def _show_invitation(self, state: InvitationState) -> None:
        """Offer to join others; the card is made apart, since most begin on their own."""
        if self.join_card is None:
            from countersign.ui.widgets.join_card import JoinCard  # noqa: PLC0415 - see above

            self.join_card = JoinCard()
            if self._presenter is not None and self._presenter.reader is not None:
                self.join_card.attach(self._presenter.reader)
            self._fields["invitation"] = self.join_card.field
            first = self._pages[0]
            first.main.insertWidget(first.main.indexOf(self._world_card), self.join_card)
            self.join_card.follow(self.check_button, self.worlds)
        if state.name != self._offered_name:  # once: what the person then makes of it stays
            self._offered_name = state.name
            self.name.setText(self.name.text() or state.name)
        self.join_card.show_invitation(state)
        self._world_card.setVisible(not state.joining)

    def _show_proof(self, state: NewVaultState) -> None:
        for field, label in zip(self._proof_fields, state.asked, strict=False):
            field.label.setText(label)
            field.control.setAccessibleName(label)
        making = state.step is VaultStep.MAKING
        self._making.setVisible(making)
        if making:
            self._making.set_progress(state.lead)
        busy = _("Your vault is being made.") if making else None
        self.make_button.set_blocked(busy)
        self.back_button.set_blocked(busy)

    def show_kit(self, words: Sequence[str]) -> None:
        """Show the kit's words, numbered."""
        self._forget_kit()
        self._words = tuple(words)
        rows = -(-len(words) // _KIT_COLUMNS)
        for place, word in enumerate(words):
            label = PlainLabel(f"{place + 1:2d}  {word}", Variant.LEAD, selectable=True, ltr=True)
            self._kit_grid.addWidget(label, place % rows, place // rows)

    def _forget_kit(self) -> None:
        """Take the words off the page: what is hidden could still be read by a screen reader, or an onlooker."""
        self._words = ()
        while self._kit_grid.count():
            item = self._kit_grid.takeAt(0)
            held = item.widget() if item is not None else None
            if held is not None:
                held.setParent(None)
                held.deleteLater()

    def kit_words(self) -> tuple[str, ...]:
        """Return the words on screen; empty once their step has ended."""
        return self._words

    # — what the person does —

    def _choose_world(self, world: str) -> None:
        if self._presenter is not None:
            self._presenter.choose_world(world)

    def _take_offer(self) -> None:
        for control in (self.passphrase, self.repeated):
            control.setText(self._offer.text())

    def _offer_another(self) -> None:
        if self._presenter is not None:
            self._presenter.offer_another()

    def _edited(self, text: str) -> None:
        if self._presenter is not None:
            self._presenter.passphrase_edited(text)

    def _choose(self) -> None:
        if self._presenter is not None:
            self._presenter.choose(self.name.text(), self.passphrase.text(), self.repeated.text())

    def _kept(self) -> None:
        if self._presenter is not None:
            self._presenter.kit_kept()

    def _back(self) -> None:
        if self._presenter is not None:
            self._presenter.back_to_kit()

    def _prove(self) -> None:
        if self._presenter is not None:
            self._presenter.prove([control.text() for control in self.proofs])
