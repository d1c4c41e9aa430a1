"""The practice world: starting its bank as a process of its own, and its phone, mailbox and enrolment."""
