"""Somebody new and the mails, for races over mailed links."""

from tests.journeys.conftest import jane, mailbox

__all__ = ["jane", "mailbox"]
