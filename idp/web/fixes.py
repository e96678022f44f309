"""What a developer does about a refusal: a sentence for the rule that was broken, else one for the error's code."""

from collections.abc import Mapping

from idp.web.locale import gettext


def of(failed_check: str, error: str) -> str:
    """`failed_check` as `explanations.check_of` names it."""
    return by_check().get(failed_check) or by_error().get(error) or gettext("Correct the request as the reason says.")


def by_check() -> Mapping[str, str]:
    form = gettext("Send the parameters as a form in the body of a POST, each of them once.")
    dpop = gettext("Make a new DPoP proof for each request: its method, its address, the present time, a new jti.")
    return {
        "checks.pushed_where_required": gettext(
            "Push the request first and send its request_uri, or take the requirement out under Advanced."
        ),
        "checks.signed_where_required": gettext(
            "Sign the request with the app’s key, or take the requirement out under Advanced."
        ),
        "checks.response_type_is_offered": gettext("Send response_type=code. Tokens never come in the address."),
        "checks.scope_is_allowed": gettext("Tick the scope under Settings, or take it out of the request."),
        "checks.challenge_is_s256": gettext(
            "Turn on PKCE with S256 in your library: in most of them it is one option."
        ),
        "pkce.prove": gettext(
            "Send the code_verifier that belongs to this sign-in. Keep it in the session of the browser that began it."
        ),
        "authorization_code.same_redirect": gettext(
            "Send the token endpoint the redirect_uri that the sign-in began with, character by character."
        ),
        "authorization_code.read": gettext("Redeem a code within the minute, at the provider that made it."),
        "grants.open": gettext("Redeem each code once: a callback page that is loaded twice must not redeem it again."),
        "grants.rotate": gettext(
            "Keep the newest refresh token: each use gives another, and an older one counts as stolen."
        ),
        "client_authentication.authenticate": gettext(
            "Compare the client ID, the secret and the way of sending it with what stands under Credentials."
        ),
        "client_authentication.presented": gettext(
            "Say who the app is in one way: in the Authorization header, or in the body."
        ),
        "client_assertion.check": gettext(
            "Make a new client assertion for each request: iss and sub the client ID, aud the issuer, a new jti."
        ),
        **dict.fromkeys(("received.from_form", "received.from_form_alone", "received.from_app"), form),
        "possession.of_request": dpop,
        "dpop.check": dpop,
    }


def by_error() -> Mapping[str, str]:
    """The fallback for each code that an app may be given by an endpoint it uses every day."""
    signed = gettext("Sign the request with a key of the app’s registration, for the issuer, within the hour.")
    silent = gettext("With prompt=none no page is shown. Send the person here once more without it.")
    busy = gettext("Nothing is wrong with the request. Send it again in a moment.")
    return {
        "invalid_redirect_uri": gettext("Add this exact address under Settings, or correct the request."),
        "invalid_client": gettext("Compare the client ID with the one under Credentials."),
        "unauthorized_client": gettext("The kind of app decides what it may do: look under Settings."),
        "unsupported_response_type": gettext("Send response_type=code. Tokens never come in the address."),
        "unsupported_grant_type": gettext("Use one of the grant types that the discovery document names."),
        "invalid_grant": gettext("Begin a new sign-in: this code or token is spent, too old, or another app’s."),
        "invalid_scope": gettext("Tick the scope under Settings, or take it out of the request."),
        "invalid_target": gettext(
            "Name an API in resource that this app may use: its exact address, as its operator says."
        ),
        "invalid_authorization_details": gettext(
            "Send authorization_details as a JSON array of types that this app may use, with the members of each."
        ),
        "invalid_request_object": signed,
        "invalid_request_uri": gettext("Push the request anew: a request_uri is used once, and within its lifetime."),
        "invalid_dpop_proof": gettext(
            "Make a new DPoP proof for each request: its method, its address, the present time, a new jti."
        ),
        "unmet_authentication_requirements": gettext(
            "The person has no such proof of who they are. Ask for less, or let them add one to their account first."
        ),
        "slow_down": gettext("Wait five seconds longer between two requests from now on, as interval said before."),
        "expired_token": gettext("The person did not decide in time. Begin again, and show the new code."),
        "unknown_user_id": gettext("Send the hint of somebody who signed in to this app before."),
        "invalid_binding_message": gettext("Send a short binding_message: plain letters, digits and spaces."),
        "invalid_token": gettext("Refresh the access token, or begin a new sign-in."),
        "insufficient_scope": gettext("Ask for the scope that this address needs when the sign-in begins."),
        "access_denied": gettext("The person said no. Show a page of your own, and let them try again."),
        "use_dpop_nonce": gettext("Send the request again, its proof with the nonce of the DPoP-Nonce header."),
        **dict.fromkeys(("server_error", "temporarily_unavailable"), busy),
        **dict.fromkeys(
            ("login_required", "consent_required", "interaction_required", "account_selection_required"), silent
        ),
    }
