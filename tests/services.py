"""Programs that ask for themselves, without anybody."""

from typing import Any

SERVICE: dict[str, Any] = {
    "grant_types": ["client_credentials"],
    "redirect_uris": [],
    "post_logout_redirect_uris": [],
    "scope": "reports.read",
}
