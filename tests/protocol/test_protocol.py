"""The ground is cheap: what it costs to import, and what it never brings along."""

import subprocess
import sys

LIGHT = ("parameters", "scope", "prompt", "pkce", "redirect_uri", "claims", "authorization_request", "hints", "max_age")


def loaded_by(*modules: str) -> set[str]:
    """The top-level packages a fresh interpreter holds after importing these."""
    code = f"import sys, {', '.join(f'idp.protocol.{name}' for name in modules)}; print(*sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in result.stdout.split()}


def test_house_3_the_values_of_a_request_need_the_standard_library_alone() -> None:
    assert not loaded_by(*LIGHT) & {"authlib", "joserfc", "cryptography", "flask", "sqlalchemy", "requests"}


def test_house_7_authlibs_registration_rules_bring_no_client_and_no_framework() -> None:
    loaded = loaded_by("client_metadata")
    assert "authlib" in loaded
    assert not loaded & {"requests", "httpx", "urllib3", "flask", "werkzeug", "sqlalchemy"}
