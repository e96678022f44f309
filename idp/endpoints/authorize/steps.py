"""Who must act before a request can be answered (OpenID Connect Core §3.1.2.3, §3.1.2.4). Pure: no request, no SQL."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from idp.accounts.agreements import Owed
from idp.protocol import acr, prompt
from idp.protocol.authorization_request import AuthorizationRequest
from idp.protocol.client_metadata import ClientMetadata
from idp.protocol.errors import (
    AccessDenied,
    AccountSelectionRequired,
    ConsentRequired,
    InteractionRequired,
    LoginRequired,
    OAuthError,
    UnmetAuthenticationRequirements,
)
from idp.protocol.scope import Scope
from idp.store.browser_sessions import Session
from idp.store.consents import Agreed
from idp.store.pending_authorizations import Pending


class Ask(NamedTuple):
    """A page that must come first; `error` is what the app hears instead when it said prompt=none."""

    page: str
    error: type[OAuthError]
    because: str


@dataclass(frozen=True, slots=True)
class Refuse:
    """No page can help: the app gets this error."""

    error: OAuthError


@dataclass(frozen=True, slots=True)
class Answer:
    """The person is there and agrees: the app gets a code for `scope`."""

    session: Session
    scope: Scope


@dataclass(frozen=True, slots=True)
class Rules:
    """What this deployment asks of everybody, whichever app they come for, and what they may set up for it.

    `second_factor`: this person, in this browser, owes one; `terms`: whether they have to agree to changed ones.
    """

    second_factor: bool = False
    terms: Owed = Owed.NOTHING
    offers_authenticator: bool = True
    offers_passkeys: bool = True


NO_RULES: Final = Rules()
SIGN_IN: Final = Ask("sign_in.sign_in", LoginRequired, "nobody is signed in")
AGAIN: Final = Ask("sign_in.again", LoginRequired, "the person has to confirm that it is them")
CREATE: Final = Ask("sign_up.sign_up", InteractionRequired, "the person has to create an account")
CHOOSE: Final = Ask("sign_in.choose", AccountSelectionRequired, "the person has to choose an account")
STEP_UP: Final = Ask("second_step.step_up", LoginRequired, "the person has to give a second proof")
STEP_UP_BY_PASSKEY: Final = STEP_UP._replace(page="second_step.by_passkey")
SET_UP: Final = Ask("second_step.set_up", InteractionRequired, "the person has to set up a second factor")
SET_UP_PASSKEY: Final = SET_UP._replace(page="second_step.set_up_passkey")
CHANGED: Final = Ask("agreements.agreements", InteractionRequired, "the person has to agree to changed terms")
CONSENT: Final = Ask("consent.consent", ConsentRequired, "the person has to agree")


def next_step(
    pending: Pending, session: Session | None, agreed: Agreed, client: ClientMetadata, rules: Rules = NO_RULES
) -> Ask | Refuse | Answer:
    """The first page that is still missing, or the answer. prompt=none never shows a page, whatever is missing."""
    if pending.denied_at is not None:
        return Refuse(AccessDenied("the person did not allow it"))
    step = (
        who_is_missing(pending, session)
        or (session and is_not_sure_enough(pending, session, client, rules))
        or what_has_changed(pending, rules)
        or what_is_unagreed(pending, session, agreed, client)
    )
    if isinstance(step, Ask) and prompt.NONE in pending.request.prompt:
        return Refuse(step.error(f"{step.because}, and prompt=none allows no page"))
    if step is not None:
        return step
    assert session is not None  # noqa: S101 (who_is_missing asked)
    return Answer(session, granted_scope(pending, session, agreed, client))


def who_is_missing(pending: Pending, session: Session | None) -> Ask | Refuse | None:
    """Somebody is signed in, recently and surely enough, and is the one the app means."""
    wanted = pending.request.prompt
    if session is None:
        return CREATE if prompt.CREATE in wanted else SIGN_IN
    did_it_now = pending.authenticated_sid == session.id
    if prompt.CREATE in wanted and not did_it_now:
        return CREATE
    if is_too_old(pending, session) or (has_to_do_it_now(pending.request) and not did_it_now):
        return AGAIN
    if prompt.SELECT_ACCOUNT in wanted and pending.chosen_sid != session.id:
        return CHOOSE
    return is_another_person(pending, session)


def is_too_old(pending: Pending, session: Session) -> bool:
    """Core §3.1.2.1 max_age, as of the moment the app asked. Who came by another provider meanwhile may have proved
    themselves there long before.
    """
    max_age = pending.request.max_age
    return bool(max_age) and pending.asked_at - session.auth_time > (max_age or 0)


def has_to_do_it_now(request: AuthorizationRequest) -> bool:
    """Core §3.1.2.1: max_age of zero is prompt=login."""
    return prompt.LOGIN in request.prompt or request.max_age == 0


def is_another_person(pending: Pending, session: Session) -> Ask | Refuse | None:
    """Core §3.1.2.1 id_token_hint, §5.5.1 sub: an answer about anybody else is an error."""
    hinted = pending.request.hinted_subject
    if hinted is None or hinted == session.user_id:
        return None
    if prompt.NONE in pending.request.prompt or session.id in (pending.authenticated_sid, pending.chosen_sid):
        return Refuse(LoginRequired("another person is signed in than the one the app asked for"))
    return CHOOSE


def is_not_sure_enough(pending: Pending, session: Session, client: ClientMetadata, rules: Rules) -> Ask | Refuse | None:
    """Core §5.5.1.1, RFC 9470 §5: what must be met is met, set up on the way, or refused; acr_values are a wish."""
    for must in what_must_be_met(pending.request, client, rules):
        if not acr.meets(session.acr, must):
            return how_to_prove(must, session, rules) or how_to_set_up(must, rules)
    wish = pending.request.acr_values
    if acr.meets(session.acr, wish) or prompt.NONE in pending.request.prompt:
        return None
    return how_to_prove(wish, session, rules)


def what_must_be_met(
    request: AuthorizationRequest, client: ClientMetadata, rules: Rules
) -> Iterator[tuple[object, ...]]:
    """One entry for each demand: the contexts that would do."""
    if rules.second_factor or client.require_second_factor:
        yield (acr.TWO_FACTORS,)
    wanted = request.claims.id_token.get("acr")
    if wanted is not None and wanted.essential:
        yield wanted.values


def how_to_prove(wanted: tuple[object, ...], session: Session, rules: Rules) -> Ask | None:
    """By what the person has; None when nothing of it would do."""
    has_passkey = session.has_passkey and rules.offers_passkeys
    if acr.meets(acr.TWO_FACTORS, wanted) and (session.has_authenticator or has_passkey):
        return STEP_UP
    return STEP_UP_BY_PASSKEY if acr.meets(acr.PHISHING_RESISTANT, wanted) and has_passkey else None


def how_to_set_up(must: tuple[object, ...], rules: Rules) -> Ask | Refuse:
    """By what this deployment offers."""
    if acr.meets(acr.TWO_FACTORS, must) and (rules.offers_authenticator or rules.offers_passkeys):
        return SET_UP
    if acr.meets(acr.PHISHING_RESISTANT, must) and rules.offers_passkeys:
        return SET_UP_PASSKEY
    return Refuse(UnmetAuthenticationRequirements("the person could not prove themselves as surely as acr asks"))


def what_has_changed(pending: Pending, rules: Rules) -> Ask | None:
    """Nobody goes on under terms they did not agree to. What may wait keeps no app from an answer without a page."""
    if rules.terms is Owed.NOTHING or (rules.terms is Owed.MAY_WAIT and prompt.NONE in pending.request.prompt):
        return None
    return CHANGED


def what_is_unagreed(pending: Pending, session: Session | None, agreed: Agreed, client: ClientMetadata) -> Ask | None:
    """Core §3.1.2.4: asked once per person and app, again only for what is new, and always for prompt=consent and for
    an app that could be another program."""
    if session is not None and pending.consented_user_id == session.user_id:
        return None
    if prompt.CONSENT in pending.request.prompt or could_be_another_program(pending, session, client):
        return CONSENT
    if pending.request.details:  # RFC 9396: each is about one thing, and agreed to by itself
        return CONSENT
    if client.first_party:
        return None
    asked = pending.request.asked_scope
    is_new = asked - agreed.asked
    is_missing = asked - Scope(client.optional_scopes) - agreed.scope
    return CONSENT if is_new or is_missing else None


def could_be_another_program(pending: Pending, session: Session | None, client: ClientMetadata) -> bool:
    """RFC 8252 §8.6: any program on the machine may use a native app's client_id, and listen where the app would.

    So what was agreed to before counts only if the person did something for this request: answered in silence, it would
    give a code to whoever asks. A secret, or an https address of the app's own (§7.2), says who it is. What an app that
    nobody looked at calls itself does not count: "web" may listen on the machine, too.
    """
    asks_in_silence = session is None or session.id not in (pending.authenticated_sid, pending.chosen_sid)
    is_known = not client.public or pending.request.reply_to.redirect_uri.startswith("https://")
    runs_there = client.application_type == "native" or not client.reviewed
    return runs_there and asks_in_silence and not is_known


def granted_scope(pending: Pending, session: Session, agreed: Agreed, client: ClientMetadata) -> Scope:
    """What was allowed for this request, else what stands from before; everything for the operator's own apps."""
    asked = pending.request.asked_scope
    if pending.consented_user_id == session.user_id:
        return asked & Scope(pending.consented_scope.split())
    return asked if client.first_party else asked & agreed.scope
