"""What was found here once, each as the request that showed it: they stay, so that they do not come back."""

from typing import Final

from tests.fuzz.octets.wire import FORM, Request

FINDINGS: Final = {
    "octets that are not UTF-8, bare in the query, were a fault on every page": Request(
        "GET", b"/signin", b"for=\xff\xfe"
    ),
    "and at the protocol's doors": Request("GET", b"/authorize", b"client_id=\xff"),
    "the address of a form held whatever control character the page's own address held": Request(
        "GET", b"/authorize/\x00\r\n\xff"
    ),
    "a NUL as the name of a sign-up was a fault on PostgreSQL": Request(
        "POST", b"/verify/code", b"", (("Content-Type", FORM),), b"sign_up=%00"
    ),
    "a NUL in the client_id of Basic was a fault on PostgreSQL": Request(
        "POST", b"/token", b"", (("Content-Type", FORM), ("Authorization", b"Basic JTAwOiUwMA==")), b"grant_type=x"
    ),
    "what the wall refuses to a HEAD had a body": Request("HEAD", b"/signin", b"", (("Content-Length", b"-1"),)),
}
