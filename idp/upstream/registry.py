"""[upstream.NAME] of config.toml → providers by name. One more kind of provider is one file and a line of PRESETS."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from idp.settings.load import Settings
from idp.store.identities import Link
from idp.upstream.facebook import Facebook
from idp.upstream.github import Github
from idp.upstream.openid import Openid
from idp.upstream.presets import Apple, Google, Microsoft
from idp.upstream.provider import Revokes, Upstream

PRESETS: Mapping[str, Callable[[str, Any], Upstream]] = {
    "facebook": Facebook,
    "openid": Openid,
    "google": Google,
    "microsoft": Microsoft,
    "apple": Apple,
    "github": Github,
}
REREQUEST = ("facebook",)
REDIRECTS_TO: Mapping[str, tuple[str, ...]] = {
    "https://www.facebook.com": ("https://m.facebook.com",),
    "https://login.microsoftonline.com": ("https://login.live.com",),
}


@dataclass(frozen=True, slots=True)
class Registered:
    """A provider that is on. `takes_new`: whoever never came by it may; `preset` says whose mark its button has."""

    provider: Upstream
    preset: str
    app_id: str = ""
    takes_new: bool = True
    domains: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.provider.name

    @property
    def label(self) -> str:
        return self.provider.label

    @property
    def origins(self) -> tuple[str, ...]:
        """Where a form may end that leads to it: its pages, and what those redirect to before they show anything."""
        return self.provider.origin, *REDIRECTS_TO.get(self.provider.origin, ())

    @property
    def rerequests(self) -> bool:
        """Whether it can be asked once more for an e-mail that a person did not share."""
        return self.preset in REREQUEST

    def to_revoke(self, link: Link) -> Revokes | None:
        """The provider, where it is this link's and takes word that the link is over."""
        is_of_this_app = link.upstream == self.name and link.app_id == self.app_id
        return self.provider if is_of_this_app and isinstance(self.provider, Revokes) else None


class Registry:
    """The providers that are on, in the order of config.toml. One that is off is as good as absent, everywhere."""

    def __init__(self, providers: Iterable[Registered] = ()) -> None:
        self._by_name = {registered.name: registered for registered in providers}

    @classmethod
    def of(cls, settings: Settings) -> "Registry":
        return cls(_registered(name, section) for name, section in settings.upstream.items() if section.enabled)

    def find(self, name: str) -> Registered | None:
        """The provider of this name, if it is on."""
        return self._by_name.get(name)

    def of_domain(self, domain: str) -> Registered | None:
        """Where people with an address of this domain (in its lookup form) sign in, if it is one of these."""
        return next((registered for registered in self if domain in registered.domains), None)

    def __iter__(self) -> Iterator[Registered]:
        return iter(self._by_name.values())

    def __len__(self) -> int:
        return len(self._by_name)

    def __repr__(self) -> str:
        return f"Registry({', '.join(self._by_name)})"


def _registered(name: str, section: Any) -> Registered:
    provider = PRESETS[section.preset](name, section)
    return Registered(provider, section.preset, section.client_id, not section.link_only, section.domains)
