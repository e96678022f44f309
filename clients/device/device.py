"""A program without a browser that signs its user in with Portico: it shows a code, and asks until it was let in.

It speaks the device flow (RFC 8628) with nothing but `requests`.

    python clients/device/device.py --issuer http://127.0.0.1:8000
"""

import argparse
import sys
import time
from typing import Any

import requests

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
SCOPE = "openid profile email"
WITHIN = 20  # seconds for each answer


def discover(issuer: str) -> dict[str, Any]:
    """OpenID Connect Discovery §4.3: the document must be about the issuer that was asked."""
    metadata: dict[str, Any] = requests.get(f"{issuer}/.well-known/openid-configuration", timeout=WITHIN).json()
    if metadata["issuer"] != issuer:
        raise SystemExit(f"{issuer} says that it is {metadata['issuer']}")
    return metadata


def begin(metadata: dict[str, Any], client_id: str) -> dict[str, Any]:
    """§3.1, §3.2: the codes, the long one for us and the short one for the screen."""
    fields = {"client_id": client_id, "scope": SCOPE}
    response = requests.post(metadata["device_authorization_endpoint"], data=fields, timeout=WITHIN)
    response.raise_for_status()
    begun: dict[str, Any] = response.json()
    return begun


def show(begun: dict[str, Any]) -> None:
    """§3.3: the address to type, and the code; a screen that can would show a QR code of the complete address."""
    print(f"Open {begun['verification_uri']} on another device and enter this code:")
    print(f"\n    {begun['user_code']}\n")
    print(f"(or open {begun['verification_uri_complete']})", flush=True)


def wait(metadata: dict[str, Any], client_id: str, begun: dict[str, Any]) -> dict[str, Any]:
    """§3.4, §3.5: ask after each interval, longer ones when told to, until somebody has decided."""
    fields = {"grant_type": GRANT, "device_code": begun["device_code"], "client_id": client_id}
    interval, until = begun.get("interval", 5), time.monotonic() + begun["expires_in"]
    while time.monotonic() < until:
        time.sleep(interval)
        answer = requests.post(metadata["token_endpoint"], data=fields, timeout=WITHIN).json()
        error = answer.get("error")
        if error is None:
            return dict(answer)
        if error == "slow_down":
            interval += 5
        elif error != "authorization_pending":
            raise SystemExit(f"not signed in: {error}")
    raise SystemExit("nobody signed in in time")


def userinfo(metadata: dict[str, Any], token: dict[str, Any]) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    response = requests.get(metadata["userinfo_endpoint"], headers=headers, timeout=WITHIN)
    response.raise_for_status()
    claims: dict[str, Any] = response.json()
    return claims


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="sign in by a code that is typed on another device")
    parser.add_argument("--issuer", default="http://127.0.0.1:8000", help="where Portico is")
    parser.add_argument("--client-id", default="device", help="what this program is registered as")
    return parser.parse_args()


def main() -> int:
    chosen = arguments()
    metadata = discover(chosen.issuer.rstrip("/"))
    begun = begin(metadata, chosen.client_id)
    show(begun)
    claims = userinfo(metadata, wait(metadata, chosen.client_id, begun))
    print(f"Hello, {claims.get('name') or claims.get('email') or claims['sub']}.", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
