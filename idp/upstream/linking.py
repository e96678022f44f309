"""Identity → account: by provider, app and subject, and by nothing else; never by an address that one side only claims.

An identity that nobody here has yet waits, sealed, in the browser it came to, until its person does what is missing.
"""

import json
import unicodedata
from dataclasses import asdict, dataclass, replace
from enum import StrEnum

from idp.protocol import acr
from idp.protocol.proof import Proof
from idp.signing.sealing import BadSeal, Sealer
from idp.store import identities
from idp.store.base import new_id
from idp.store.identities import Link
from idp.store.users import Account
from idp.upstream.provider import Failure, Identity, NotIdentified

PURPOSE = "identity"
KEPT_CLAIMS = ("name", "given_name", "middle_name", "family_name", "nickname")
LONGEST_KEY, LONGEST_LABEL, LONGEST_CLAIM, LONGEST_EMAIL, LONGEST_AMR = 255, 320, 128, 320, 64


class Next(StrEnum):
    """What has to happen before an identity that nobody here has yet opens an account."""

    NOBODY = "nobody"
    """Nothing can: this provider brings nobody new, or nobody new is taken."""
    WELCOME = "welcome"
    """The person agrees to the terms, and gives an address if there is none."""
    CONNECT = "connect"
    """There is an account with this address: its person signs in to it once."""
    LINK = "link"
    """Both sides proved the address: it is the same person."""


@dataclass(frozen=True, slots=True)
class Came:
    """Somebody who came by the section of config.toml named, and whom nobody knows here yet."""

    upstream: str
    identity: Identity


def what_follows(identity: Identity, account: Account | None, *, takes_new: bool, may_join: bool) -> Next:
    """`account` has the identity's address, which here was proved. `takes_new`: this provider brings new people;
    `may_join`: this house takes them.
    """
    if not takes_new:
        return Next.NOBODY
    if account is not None:
        return Next.LINK if identity.email_verified else Next.CONNECT
    return Next.WELCOME if may_join else Next.NOBODY


def checked(identity: Identity) -> Identity:
    """The identity as it may be stored and shown. What is too long for that is left out: nobody is refused for a name.

    NotIdentified when its key does not fit: cut short it would be another's. A proof of an address holds for the
    letters that were proved: where ours would be compared in another spelling (NFKC), it is proved by our own mail.
    """
    if not all(_is_text(part, LONGEST_KEY) for part in (identity.provider, identity.app_id, identity.subject)):
        raise NotIdentified(Failure.BROKEN, "the provider, app or subject is empty, too long or unreadable")
    claims = {name: identity.claims[name] for name in KEPT_CLAIMS if _is_text(identity.claims.get(name), LONGEST_CLAIM)}
    email = identity.email if _is_text(identity.email, LONGEST_EMAIL) else ""
    return replace(
        identity,
        claims=claims,
        email=email,
        email_verified=identity.email_verified and bool(email) and email.isascii(),
        amr=identity.amr if _is_text(identity.amr, LONGEST_AMR) else "",
        sid=identity.sid if _is_text(identity.sid, LONGEST_KEY) else "",
    )


def sealed(came: Came, sealer: Sealer, now: int) -> str:
    """Who came, as they wait in the store."""
    members = {**asdict(replace(came.identity, claims={})), "claims": dict(came.identity.claims)}
    return sealer.seal(PURPOSE, json.dumps([came.upstream, members], ensure_ascii=False).encode(), now)


def unsealed(text: str | None, sealer: Sealer) -> Came | None:
    """What `sealed` made; None for anything else, and when no key of keys/ opens it any more."""
    try:
        upstream, members = json.loads(sealer.unseal(PURPOSE, text or ""))
    except BadSeal:
        return None
    return Came(upstream, Identity(**members))


def known(identity: Identity) -> Link | None:
    """The link by which this identity opens an account; reads outside the request's transaction."""
    return identities.by_key(*identity.key)


def written(identity: Identity) -> Link | None:
    """The same, as this request's transaction has written it."""
    return identities.written(*identity.key)


def attach(user_id: str, came: Came, now: int) -> Link | None:
    """Who came opens this account from now on; None when they are linked already, to whomever."""
    identity = came.identity
    link = Link(
        id=new_id(),
        user_id=user_id,
        upstream=came.upstream,
        provider=identity.provider,
        app_id=identity.app_id,
        subject=identity.subject,
        label=identity.label[:LONGEST_LABEL],
        linked_at=now,
        last_used_at=now,
    )
    return link if identities.add(link) else None


def proof_by(link: Link, identity: Identity) -> Proof:
    """What coming by this link proves: what configuration lets the provider say, else one factor of another house."""
    context = identity.acr if identity.acr in acr.OFFERED else acr.ONE_FACTOR
    return Proof(identity.amr or acr.FEDERATED, context, link.id, identity.sid, identity.auth_time)


def _is_text(value: object, longest: int) -> bool:
    """Something to read, short enough, without what cannot be seen or stored (controls, lone surrogates)."""
    return (
        isinstance(value, str)
        and 0 < len(value) <= longest
        and not any(unicodedata.category(sign) in ("Cc", "Cs") for sign in value)
    )
