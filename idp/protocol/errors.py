"""Every registered error an endpoint may answer with. None knows where it will be sent."""

import re
from typing import ClassVar

_NOT_IN_A_DESCRIPTION = re.compile(r"[^\x20\x21\x23-\x5b\x5d-\x7e]")
_LONGEST_DESCRIPTION = 300


class OAuthError(Exception):
    """An answer of the protocol that says no: a registered code, one sentence, an HTTP status.

    The sentence tells the developer what to mend and holds no secret. It is ASCII without `"` and `\\`
    (RFC 6749 §4.1.2.1); any other character becomes `?`, and it ends after 300 characters.
    """

    code: ClassVar[str] = "server_error"
    status: ClassVar[int] = 400

    def __init__(self, description: str) -> None:
        self.description = _NOT_IN_A_DESCRIPTION.sub("?", description[:_LONGEST_DESCRIPTION])
        super().__init__(f"{self.code}: {self.description}")


class InvalidRequest(OAuthError):
    """RFC 6749 §4.1.2.1, §5.2; RFC 6750 §3.1: a parameter is missing, repeated, malformed or too long."""

    code = "invalid_request"


class InvalidClient(OAuthError):
    """RFC 6749 §5.2: the client did not prove who it is."""

    code = "invalid_client"
    status = 401


class UnauthorizedClient(OAuthError):
    """RFC 6749 §4.1.2.1, §5.2: this client may not use this response or grant type."""

    code = "unauthorized_client"


class AccessDenied(OAuthError):
    """RFC 6749 §4.1.2.1: the person or the provider said no."""

    code = "access_denied"


class UnsupportedResponseType(OAuthError):
    """RFC 6749 §4.1.2.1: the response type is not offered here."""

    code = "unsupported_response_type"


class InvalidScope(OAuthError):
    """RFC 6749 §4.1.2.1, §5.2: the scope is malformed, unknown or wider than what was granted."""

    code = "invalid_scope"


class ServerError(OAuthError):
    """RFC 6749 §4.1.2.1: our fault."""

    code = "server_error"
    status = 500


class TemporarilyUnavailable(OAuthError):
    """RFC 6749 §4.1.2.1: too busy; come back."""

    code = "temporarily_unavailable"
    status = 503


class InvalidGrant(OAuthError):
    """RFC 6749 §5.2: the code or refresh token is unknown, spent, expired, revoked or another's."""

    code = "invalid_grant"


class UnsupportedGrantType(OAuthError):
    """RFC 6749 §5.2: the grant type is not offered here."""

    code = "unsupported_grant_type"


class AuthorizationPending(OAuthError):
    """RFC 8628 §3.5, CIBA Core §11: the person has not decided yet."""

    code = "authorization_pending"


class SlowDown(OAuthError):
    """RFC 8628 §3.5, CIBA Core §11: the same, and the app asks more often than it may."""

    code = "slow_down"


class ExpiredToken(OAuthError):
    """RFC 8628 §3.5, CIBA Core §11: the person did not decide in time."""

    code = "expired_token"


class UnknownUserId(OAuthError):
    """CIBA Core §13: the hint names nobody whom this app may ask."""

    code = "unknown_user_id"


class InvalidBindingMessage(OAuthError):
    """CIBA Core §13: the binding message cannot be shown."""

    code = "invalid_binding_message"


class InteractionRequired(OAuthError):
    """OpenID Connect Core §3.1.2.6: a page would be needed, and prompt=none forbids it."""

    code = "interaction_required"


class LoginRequired(OAuthError):
    """OpenID Connect Core §3.1.2.6: a sign-in would be needed, and prompt=none forbids it."""

    code = "login_required"


class AccountSelectionRequired(OAuthError):
    """OpenID Connect Core §3.1.2.6: the person would have to choose an account, and prompt=none forbids it."""

    code = "account_selection_required"


class ConsentRequired(OAuthError):
    """OpenID Connect Core §3.1.2.6: the person would have to agree, and prompt=none forbids it."""

    code = "consent_required"


class InvalidRequestUri(OAuthError):
    """OpenID Connect Core §3.1.2.6: the request_uri answers an error or nothing useful."""

    code = "invalid_request_uri"


class InvalidRequestObject(OAuthError):
    """OpenID Connect Core §3.1.2.6: the request object does not hold."""

    code = "invalid_request_object"


class RequestNotSupported(OAuthError):
    """OpenID Connect Core §3.1.2.6: the request parameter is not offered."""

    code = "request_not_supported"


class RequestUriNotSupported(OAuthError):
    """OpenID Connect Core §3.1.2.6: the request_uri parameter is not offered."""

    code = "request_uri_not_supported"


class RegistrationNotSupported(OAuthError):
    """OpenID Connect Core §3.1.2.6: the registration parameter is not offered."""

    code = "registration_not_supported"


class UnmetAuthenticationRequirements(OAuthError):
    """OpenID Connect Core Unmet Authentication Requirements 1.0: an essential acr cannot be reached."""

    code = "unmet_authentication_requirements"


class InvalidToken(OAuthError):
    """RFC 6750 §3.1: the access token is expired, revoked, malformed or not meant for this place."""

    code = "invalid_token"
    status = 401


class InsufficientScope(OAuthError):
    """RFC 6750 §3.1: the access token does not reach this far."""

    code = "insufficient_scope"
    status = 403


class InvalidRedirectUri(OAuthError):
    """RFC 7591 §3.2.2: a redirection URI may not be registered."""

    code = "invalid_redirect_uri"


class InvalidClientMetadata(OAuthError):
    """RFC 7591 §3.2.2: a member of the client's metadata may not be registered."""

    code = "invalid_client_metadata"


class InvalidSoftwareStatement(OAuthError):
    """RFC 7591 §3.2.2: the software statement does not hold."""

    code = "invalid_software_statement"


class UnapprovedSoftwareStatement(OAuthError):
    """RFC 7591 §3.2.2: the software statement is of somebody whose word does not count here."""

    code = "unapproved_software_statement"


class UnsupportedTokenType(OAuthError):
    """RFC 7009 §2.2.1: tokens of this kind are not revoked one by one."""

    code = "unsupported_token_type"


class InvalidAuthorizationDetails(OAuthError):
    """RFC 9396 §5: a type is unknown, or a detail is not as its type has it."""

    code = "invalid_authorization_details"


class InvalidTarget(OAuthError):
    """RFC 8707 §2: the resource is unknown, malformed or not for this client."""

    code = "invalid_target"


class InvalidDpopProof(OAuthError):
    """RFC 9449 §5: the DPoP proof is missing, malformed, too old, used before, or for another request."""

    code = "invalid_dpop_proof"


class UseDpopNonce(OAuthError):
    """RFC 9449 §8: the proof must hold the nonce that comes with this answer."""

    code = "use_dpop_nonce"


ERROR_CODES: dict[str, type[OAuthError]] = {
    error.code: error
    for error in (
        InvalidRequest,
        InvalidClient,
        UnauthorizedClient,
        AccessDenied,
        UnsupportedResponseType,
        InvalidScope,
        ServerError,
        TemporarilyUnavailable,
        InvalidGrant,
        UnsupportedTokenType,
        InvalidAuthorizationDetails,
        UnsupportedGrantType,
        AuthorizationPending,
        SlowDown,
        ExpiredToken,
        UnknownUserId,
        InvalidBindingMessage,
        InteractionRequired,
        LoginRequired,
        AccountSelectionRequired,
        ConsentRequired,
        InvalidRequestUri,
        InvalidRequestObject,
        RequestNotSupported,
        RequestUriNotSupported,
        RegistrationNotSupported,
        UnmetAuthenticationRequirements,
        InvalidToken,
        InsufficientScope,
        InvalidRedirectUri,
        InvalidClientMetadata,
        InvalidSoftwareStatement,
        UnapprovedSoftwareStatement,
        InvalidTarget,
        InvalidDpopProof,
        UseDpopNonce,
    )
}
"""Registered code → the error that bears it."""
