"""Words for joining a workspace, for changing it, and for who may send an order."""

from __future__ import annotations

from countersign.presentation.error_texts.entry import Block, ErrorText
from countersign.presentation.messages import _


def joining() -> Block:
    """Return the words for invitations and for requests to join."""
    return {
        "joining.not_one": ErrorText(
            _("Not an invitation"),
            _("This is no invitation to a workspace. Ask for the file or the code that the inviter's window shows."),
        ),
        "joining.form": ErrorText(
            _("The invitation is incomplete"),
            _("A part of this invitation is missing or was changed on the way. Ask for it once more."),
        ),
        "joining.version": ErrorText(
            _("The invitation is newer than the program"),
            _("A newer version of the program made this invitation. Install that version, then open it again."),
        ),
        "joining.altered": ErrorText(
            _("The invitation was changed"),
            _("Somebody changed this invitation after it was made. Don't use it; ask the inviter for another one."),
        ),
        "recovery.not_yours": ErrorText(
            _("Not one of your other devices"),
            _("A recovery kit closes and adds devices of its own person, and not the one in use. Nothing was changed."),
        ),
        "recovery.other_kit": ErrorText(
            _("This is another recovery kit"),
            _(
                "These words are not of the recovery kit that counts for you: the newest one does. Nothing was "
                "changed. Compare each word, or ask an administrator."
            ),
        ),
        "joining.expired": ErrorText(
            _("The invitation has expired"),
            _("The time of this invitation is over. Ask the inviter for another one."),
        ),
        "joining.used": ErrorText(
            _("The invitation was used already"),
            _("An invitation works once, and somebody has answered this one. Ask the inviter for another one."),
        ),
        "joining.unknown_invitation": ErrorText(
            _("No such invitation"),
            _("A request to join answers no invitation of this device. It was left aside; nothing needs to be done."),
        ),
        "joining.proof": ErrorText(
            _("The request doesn't fit the invitation"),
            _("A request to join does not hold what the invitation gave. It was left aside; nothing was changed."),
        ),
        "joining.request": ErrorText(
            _("The request can't be read"),
            _("A request to join is incomplete or was changed. It was left aside. Have it sent once more."),
        ),
        "joining.phrase": ErrorText(
            _("The words are of another request"),
            _("The words on screen belong to another request, so nobody was admitted. Compare the words once more."),
        ),
        "joining.device_known": ErrorText(
            _("This device belongs here already"),
            _("The device that asks is a member's already. Nothing was changed; ask for a new request."),
        ),
        "joining.not_open": ErrorText(
            _("Nobody is waiting"),
            _("This request was settled or taken back already. Look at the list of invitations."),
        ),
        "joining.not_administrator": ErrorText(
            _("Administrators invite"),
            _("You are no administrator here. Nobody was invited. Ask one of them to do it."),
        ),
        "joining.name": ErrorText(
            _("The name is missing"),
            _("An invitation says who is meant. Type a name of up to 140 characters."),
        ),
        "joining.no_role": ErrorText(
            _("Choose what they do"),
            _("Whoever joins has at least one role. Choose what this person shall do."),
        ),
        "joining.no_member": ErrorText(
            _("No such member"),
            _("This person has left, or never belonged here. Look at the list of members."),
        ),
    }


def changes() -> Block:
    """Return the words for changes of members, devices and rules."""
    return {
        "change.not_administrator": ErrorText(
            _("Administrators propose changes"),
            _("You are no administrator here. Nothing was proposed. Ask one of them to do it."),
        ),
        "change.nothing": ErrorText(
            _("Nothing would change"), _("Everything is like this already. Nothing was proposed; go on as before.")
        ),
        "change.overtaken": ErrorText(
            _("Something else was changed meanwhile"),
            _("Another change came into force before this one. Look at what is there now, then propose it again."),
        ),
        "change.not_open": ErrorText(
            _("This change is no longer open"),
            _("It is in force, was taken back, or another one came first. Look at the list of changes."),
        ),
        "change.over": ErrorText(
            _("The time for this change is over"),
            _("It was not carried within two weeks, so signatures over it count no more. Propose it again."),
        ),
        "change.no_end": ErrorText(
            _("This change has no end"),
            _(
                "It was proposed without an end, or with one too far ahead: a signature over it could be used much "
                "later. Nothing was signed. Have it proposed again, and compare the clocks of both computers."
            ),
        ),
        "change.may_not_sign": ErrorText(
            _("You have no say in this"),
            _("Administrators and approvers sign such a change. Yours would not count, so nothing was signed."),
        ),
        "governance.no_second_person": ErrorText(
            _("A second person must sign"),
            _("Nobody changes who approves, or what approvers must do, alone. Ask another member to sign it."),
        ),
    }


def sender() -> Block:
    """Return the words for the one device that may send an order."""
    return {
        "sending.not_the_sender": ErrorText(
            _("Another device sends this"),
            _("Only the device that an order names may send it or hand it over. Do this there."),
        ),
        "sending.no_device": ErrorText(
            _("That device can't send"),
            _("An order goes to an open device of somebody who asks for payments or approves them. Choose another."),
        ),
        "sending.not_recorded": ErrorText(
            _("The order was not handed over"),
            _("Handing it over would not have counted, so nothing was recorded. Look at where the order stands."),
        ),
        "sending.not_closed": ErrorText(
            _("That device may still send"),
            _("Have the lost device closed first; until then it could send the order. Then end it here."),
        ),
    }
