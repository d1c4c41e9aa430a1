"""Words for unlocking and for the vault."""

from __future__ import annotations

from countersign.presentation.error_texts.entry import Block, ErrorText
from countersign.presentation.messages import _


def vault() -> Block:
    """Return the words for unlocking, and for the vault's own troubles."""
    return {
        "unlock.empty": ErrorText(
            _("Type your passphrase"),
            _("Nothing was typed yet. Type the passphrase of this vault."),
        ),
        "unlock.empty_kit": ErrorText(
            _("Type the words"),
            _("Nothing was typed yet. Type the twelve words of your recovery kit."),
        ),
        "profile.name": ErrorText(
            _("This name can't be used"),
            _("“{name}” can't be the name of a profile. Use up to 32 small letters, digits and hyphens."),
        ),
        "vault.passphrase_short": ErrorText(
            _("The passphrase is too short"),
            _("This passphrase is too short. Use at least {minimum} characters; six random words are best."),
        ),
        "vault.passphrase_weak": ErrorText(
            _("The passphrase is too easy to guess"),
            _("This passphrase would be guessed too soon. Use more words, or take the ones we offer."),
        ),
        "vault.damaged": ErrorText(
            _("The vault is damaged or was changed"),
            _("A part of the vault does not prove genuine, so it was not opened. Restore your newest backup."),
        ),
        "vault.passphrase_wrong": ErrorText(
            _("That is not the passphrase"),
            _("That passphrase does not open this vault. Look at Caps Lock and at the keyboard's language."),
        ),
        "vault.kit_wrong": ErrorText(
            _("These are not the words"),
            _("These words do not open this vault. Compare each with your printed recovery kit, in its order."),
        ),
        "vault.wait": ErrorText(_("Wait a moment"), _("Too many attempts in a row. The next one must wait a little.")),
        "vault.in_use": ErrorText(
            _("The vault is open elsewhere"), _("Another window of this program has this vault open. Use that one.")
        ),
        "vault.device_secret_missing": ErrorText(
            _("This computer's part of the key is missing"),
            _("The keyring of this computer no longer has its part of the key. Open the vault with your recovery kit."),
        ),
        "vault.keyring_in_clear": ErrorText(
            _("The keyring keeps secrets unprotected"),
            _("The keyring of this computer keeps its secrets readable. Give it a password, then make the vault."),
        ),
        "vault.exists": ErrorText(_("There is a vault already"), _("A vault is here already. Unlock it instead.")),
        "vault.none": ErrorText(_("There is no vault yet"), _("There is no vault here yet. Make one first.")),
        "vault.locked": ErrorText(_("The vault is locked"), _("The vault was locked meanwhile. Unlock it and go on.")),
        "vault.interrupted": ErrorText(_("Interrupted"), _("This was interrupted. Do it once more.")),
        "vault.busy": ErrorText(_("The vault is busy"), _("The vault is busy. Try again in a moment.")),
        "vault.disk_full": ErrorText(
            _("The disk is full"),
            _("The disk is full, so nothing was saved and nothing was sent. Make room, then do it once more."),
        ),
        "vault.anchor_failed": ErrorText(
            _("The keyring can't be written"),
            _("The keyring did not take the mark that protects this vault, so the program stopped. Unlock it anew."),
        ),
        "vault.read_only": ErrorText(
            _("This vault can only be read"),
            _("This is a restored or older copy of the vault: it can be read, but it can't sign or send anything."),
        ),
        "vault.format": ErrorText(
            _("This vault is newer than the program"),
            _("A newer version of the program wrote this vault. Install that version to open it."),
        ),
        "vault.*": ErrorText(
            _("The vault is damaged or was changed"),
            _("A part of the vault does not prove genuine, so it was not opened. Restore your newest backup."),
        ),
        "authenticator.code_wrong": ErrorText(
            _("That is not the code"),
            _("That code does not fit. Type the one showing now; look at the clock of your phone if it goes on."),
        ),
    }
