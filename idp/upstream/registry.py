"""[upstream.NAME] of config.toml → providers by name. One more kind of provider is one file and a line of PRESETS."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from idp.settings.load import Settings
from idp.upstream.facebook import Facebook
from idp.upstream.provider import Upstream

PRESETS: Mapping[str, Callable[[str, Any], Upstream]] = {
    "facebook": Facebook,
}


@dataclass(frozen=True, slots=True)
class Registered:
    """A provider that is on. `takes_new`: whoever never came by it may; `preset` says whose mark its button has."""

    provider: Upstream
    preset: str
    takes_new: bool = True
    domains: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.provider.name

    @property
    def label(self) -> str:
        return self.provider.label


class Registry:
    """The providers that are on, in the order of config.toml. One that is off is as good as absent, everywhere."""

    def __init__(self, providers: Iterable[Registered] = ()) -> None:
        self._by_name = {registered.name: registered for registered in providers}

    @classmethod
    def of(cls, settings: Settings) -> "Registry":
        return cls(
            Registered(PRESETS[section.preset](name, section), section.preset, not section.link_only, section.domains)
            for name, section in settings.upstream.items()
            if section.enabled
        )

    def find(self, name: str) -> Registered | None:
        """The provider of this name, if it is on."""
        return self._by_name.get(name)

    def __iter__(self) -> Iterator[Registered]:
        return iter(self._by_name.values())

    def __len__(self) -> int:
        return len(self._by_name)

    def __repr__(self) -> str:
        return f"Registry({', '.join(self._by_name)})"
