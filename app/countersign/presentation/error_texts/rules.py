"""Words for approval rules: signatures that don't count, people without the role for it, rules that can't hold."""

from __future__ import annotations

from countersign.presentation.error_texts.entry import Block, ErrorText
from countersign.presentation.messages import _


def signing() -> Block:
    """Return the words for a signature that the rules don't take, and for a sender who may not send."""
    return {
        "approval.device_expired": ErrorText(
            _("This device's time is over"),
            _("This device was admitted for a limited time, which is over. Ask an administrator to renew it."),
        ),
        "approval.access_lapsed": ErrorText(
            _("Your access has lapsed"),
            _("Your access was not confirmed in time, so your approval does not count. Ask an administrator."),
        ),
        "approval.over_limit": ErrorText(
            _("The amount is above your limit"),
            _("This payment is above what you may approve. Ask somebody with a higher limit to approve it."),
        ),
        "approval.over_daily_limit": ErrorText(
            _("Your limit for today is used up"),
            _("With this payment you would approve more in one day than you may. Ask somebody else, or wait a day."),
        ),
        "approval.out_of_order": ErrorText(
            _("It is not your turn yet"),
            _("The approvals of this payment follow one another, and somebody else comes first. Wait for them."),
        ),
        "approval.not_needed": ErrorText(
            _("Others have to approve"),
            _("What is still missing must come from others, so your approval adds nothing. Ask them."),
        ),
        "approval.not_assessed": ErrorText(
            _("Not handed in yet"),
            _("Whoever made this order has not handed it in yet. Wait until they have."),
        ),
        "intent.device_expired": ErrorText(
            _("This device's time is over"),
            _("This device was admitted for a limited time, which is over. Nothing went out. Ask an administrator."),
        ),
        "intent.access_lapsed": ErrorText(
            _("Your access has lapsed"),
            _("Your access was not confirmed in time. Nothing went out. Ask an administrator to confirm it."),
        ),
        "intent.no_role": ErrorText(
            _("You may not send here"),
            _("Your role lets you read, and not send. Nothing went out. Ask an administrator."),
        ),
    }


def authors() -> Block:
    """Return the words for somebody whose word does not count here."""
    return {
        "author.unknown_device": ErrorText(
            _("This device does not belong here"),
            _("This device is not one of the workspace's, so nothing was recorded. Ask an administrator to admit it."),
        ),
        "author.no_role": ErrorText(
            _("Your role is another"),
            _("Your role in this workspace does not include this. Nothing was recorded. Ask an administrator."),
        ),
        "author.device_expired": ErrorText(
            _("This device's time is over"),
            _("This device was admitted for a limited time, which is over. Ask an administrator to renew it."),
        ),
        "author.access_lapsed": ErrorText(
            _("Your access has lapsed"),
            _("Your access was not confirmed in time, so nothing was recorded. Ask an administrator to confirm it."),
        ),
        "order.may_not_stop": ErrorText(
            _("You may not stop this order"),
            _("Only requester, sender and approvers stop an order. Ask one of them, or use the emergency stop."),
        ),
        "order.may_not_reject": ErrorText(
            _("You may not reject this order"),
            _("Only those who could approve this order reject it. Ask one of them, or use the emergency stop."),
        ),
    }


def changing() -> Block:
    """Return the words for rules and members that a workspace can't have."""
    return {
        "governance.rule_impossible": ErrorText(
            _("A rule could not be met"),
            _(
                "With these rules there would be orders that nobody could approve: too few people may sign. Lower the "
                "number, or let more people sign. Nothing was changed."
            ),
        ),
        "governance.own_approval": ErrorText(
            _("Nobody approves what they asked for"),
            _("Where several people sign, nobody may approve their own payment. Change that first."),
        ),
        "governance.key_twice": ErrorText(
            _("Two members share a key"),
            _("A key belongs to one person. Nothing was changed. Invite the person again, with keys of their own."),
        ),
        "governance.may_not_change": ErrorText(
            _("Administrators change the rules"),
            _("You are no administrator here. Nothing was changed. Ask one of them to propose it."),
        ),
        "governance.may_not_unfreeze": ErrorText(
            _("Administrators lift the stop"),
            _("You are no administrator here, so the stop stays in force. Ask one of them to lift it."),
        ),
        "policy.nobody_approves": ErrorText(
            _("Nobody would approve"), _("A rule needs at least one approval. Say who approves. Nothing was changed.")
        ),
        "policy.rule_form": ErrorText(
            _("The rule is incomplete"),
            _("A rule has a name, and an amount has a currency. Fill in what is missing. Nothing was changed."),
        ),
        "policy.limit_form": ErrorText(
            _("The limit is incomplete"),
            _("A limit has a currency, and an amount for one payment or for a day. Fill in what is missing."),
        ),
        "policy.delegation_form": ErrorText(
            _("The delegation is incomplete"),
            _("A delegation goes to somebody else and ends after it begins. Change the people or the days."),
        ),
        "policy.named_twice": ErrorText(
            _("Said twice"),
            _("Two rules have one name, or somebody has two limits in one currency. Keep one of them."),
        ),
    }
