"""Words for what travels between the devices of a workspace: envelopes, and the stores that carry them."""

from __future__ import annotations

from countersign.presentation.error_texts.entry import Block, ErrorText
from countersign.presentation.messages import _


def envelopes() -> Block:
    """Return the words for a single file, code or message that another device sealed."""
    return {
        "envelope.not_for_us": ErrorText(
            _("Meant for another device"),
            _("This was sealed for other devices, so it can't be opened here. Ask the sender to send it to this one."),
        ),
        "envelope.unknown_sender": ErrorText(
            _("The sender is not known here"),
            _("The device that sent this is not known here yet. Take in what others sent first, then open it again."),
        ),
        "envelope.not_one": ErrorText(
            _("No messages"),
            _("There are no messages of a workspace in this. Choose the file or picture that was made for this step."),
        ),
        "envelope.cut_short": ErrorText(
            _("A part is missing"),
            _("This file or message arrived incomplete, and nothing was taken from it. Ask for it once more."),
        ),
        "envelope.version": ErrorText(
            _("Made by a newer version"),
            _("A newer version of the program made this. Install that version to open it."),
        ),
        "envelope.other_workspace": ErrorText(
            _("From another workspace"),
            _("This belongs to another workspace, and nothing was taken from it. Open it with that workspace’s vault."),
        ),
        "envelope.too_large": ErrorText(
            _("Too large to send at once"),
            _("This is larger than one message may be. Send it in several parts."),
        ),
        "envelope.closed_recipient": ErrorText(
            _("A device has left"),
            _("One of the devices has left the workspace, so nothing new is sent to it. Choose the others."),
        ),
        "envelope.*": ErrorText(
            _("This was changed on its way"),
            _(
                "This is not what its sender signed, so nothing was taken from it. "
                "Ask the sender in person, then have it sent again."
            ),
        ),
        "relay.no_key": ErrorText(
            _("Opened with the recovery kit"),
            _(
                "This vault was opened with the recovery kit, which holds no key for messages: nothing can be read or "
                "sent, and it shows what it knew. To take part again, ask an administrator to invite another device "
                "of yours."
            ),
        ),
        "checkpoint.*": ErrorText(
            _("This was changed on its way"),
            _(
                "This is not what its sender signed, so nothing was taken from it. "
                "Ask the sender in person, then have it sent again."
            ),
        ),
        "bytes.*": ErrorText(
            _("A part is missing"),
            _("This file or message arrived incomplete, and nothing was taken from it. Ask for it once more."),
        ),
        "envelope.file_unreadable": ErrorText(
            _("The file can't be read"),
            _("This file can't be read. See whether it is still there and may be opened, then choose it again."),
        ),
        "envelope.file_unwritable": ErrorText(
            _("The file can't be saved"),
            _("The file could not be saved there. Choose another folder, or make room on the disk."),
        ),
    }


def relays() -> Block:
    """Return the words for folders and databases that carry envelopes."""
    return {
        "relay.unreachable": ErrorText(
            _("The shared store can't be reached"),
            _("The folder or database that your team shares can't be reached. Nothing is lost; it is tried again."),
        ),
        "relay.emptied": ErrorText(
            _("The shared folder is not the one that was used"),
            _(
                "Nothing that was left in the shared folder is there. If it is on a drive, see that the drive is "
                "connected: it is tried again. If the folder was made anew, go to Team, How messages travel, and "
                "choose “Use this way” once more; what the others lack is then left there again."
            ),
        ),
        "relay.refused": ErrorText(
            _("The shared store says no"),
            _("The folder or database refuses this. Ask who runs it for the right to read and to add."),
        ),
        "relay.read_only": ErrorText(
            _("The folder can't be written to"),
            _(
                "What lies in this folder can be read, but no message can be left in it. Ask whoever runs it for the "
                "right to write and delete files there, or choose another folder, then try again."
            ),
        ),
        "relay.credentials": ErrorText(
            _("Name or password not accepted"),
            _("The database does not accept this name and password. Type them again, or ask who runs it."),
        ),
        "relay.certificate": ErrorText(
            _("The database does not prove who it is"),
            _("Its certificate is not the one that was named, so nothing was sent. Ask who runs it for the CA file."),
        ),
        "relay.encryption": ErrorText(
            _("The database does not encrypt"),
            _("The database offers no encrypted connection, so nothing was sent. Ask who runs it to switch on TLS."),
        ),
        "relay.full": ErrorText(
            _("The shared store is full"),
            _("There is no room left in the folder or database. Ask who runs it to make room; it is tried again."),
        ),
        "relay.foreign_table": ErrorText(
            _("Another table has that name"),
            _("The database has a table with our name and another form. Choose another database or schema."),
        ),
        "relay.altered": ErrorText(
            _("The shared store changed a message"),
            _("What the store gave is not what was left there, so nothing was taken from it. Tell who runs the store."),
        ),
        "relay.too_large": ErrorText(
            _("Too large a message"),
            _("The store holds something larger than any message of ours. It was left alone; tell who runs the store."),
        ),
        "relay.settings": ErrorText(
            _("The shared store is not described fully"),
            _("Something is missing or can’t be so: {field}. Correct it and try again."),
        ),
        "relay.ca_file": ErrorText(
            _("The CA file can't be used"),
            _(
                "The CA file is not there or holds no certificate. "
                "Choose it again, or ask who runs the database for it."
            ),
        ),
    }


def codes_in_pictures() -> Block:
    """Return the words for QR codes that carry an envelope from screen to camera."""
    return {
        "qr.no_picture": ErrorText(
            _("Not a picture we can read"),
            _(
                "This is neither a file of this program nor a picture that can be read. Choose the .countersign file "
                "that you were given, or a picture of the code."
            ),
        ),
        "qr.foreign": ErrorText(
            _("Another kind of code"),
            _("This code is not from this program, so it was ignored. Take a picture of the other device’s screen."),
        ),
        "qr.damaged": ErrorText(
            _("The codes don’t fit together"),
            _("The codes were read and don’t add up to one message. Take the pictures anew, and read all of them."),
        ),
        "qr.mixed": ErrorText(
            _("Another message began"),
            _("These are the codes of another message. Take pictures of all parts of one message, and read them."),
        ),
        "qr.too_long": ErrorText(
            _("Too long for codes"),
            _("This is too long to be shown as codes. Send it as a file instead."),
        ),
    }
