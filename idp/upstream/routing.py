"""Which provider a sign-in leads to before its person chose: the app's hint, or the domain of their address."""

from idp.settings.load import Settings


def by_hint(settings: Settings, idp_hint: str) -> str:
    """The name of the provider that an app asked for; "" for none that is on, whatever else the hint may be."""
    section = settings.upstream.get(idp_hint)
    return idp_hint if section and section.enabled else ""


def by_domain(settings: Settings, lookup: str) -> str:
    """The name of the provider whose `domains` hold the domain of an address (as accounts.identifiers looks it up).

    "" for none. A domain is that domain alone, not those below it.
    """
    domain = lookup.rpartition("@")[2]
    names = (name for name, section in settings.upstream.items() if section.enabled and domain in section.domains)
    return next(names, "")
