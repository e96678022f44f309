"""The mails, for flaws of mailed links."""

from tests.journeys.conftest import mailbox

__all__ = ["mailbox"]
