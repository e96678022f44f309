"""Reading the settings: config.toml, IDP_SECTION__NAME, a folder of secrets. What is unknown or unsafe is refused."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    NestedSecretsSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from idp.settings.developers import Developers
from idp.settings.mtls import Mtls
from idp.settings.people import Account, Agreements, Geoip, Passkeys, SecondFactor, SignIn, comes_into_force_at
from idp.settings.registration import Registration, for_mcp
from idp.settings.resources import Resources
from idp.settings.sections import (
    LOOPBACK,
    Brand,
    Clients,
    Database,
    Keys,
    Locale,
    Log,
    Mail,
    Password,
    Server,
    Session,
    Signup,
    Throttle,
    Tokens,
)
from idp.settings.upstreams import Facebook, Upstreams


class SettingsError(Exception):
    """The configuration cannot be used: one line per fault, each naming the setting and its remedy."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix="IDP_", env_nested_delimiter="__", hide_input_in_errors=True
    )

    profile: Literal["", "mcp"] = ""
    server: Server = Server()
    mtls: Mtls = Mtls()
    database: Database = Database()
    keys: Keys = Keys()
    clients: Clients = Clients()
    registration: Registration = Registration()
    brand: Brand = Brand()
    mail: Mail = Mail()
    password: Password = Password()
    session: Session = Session()
    tokens: Tokens = Tokens()
    signup: Signup = Signup()
    throttle: Throttle = Throttle()
    locale: Locale = Locale()
    log: Log = Log()
    sign_in: SignIn = SignIn()
    second_factor: SecondFactor = SecondFactor()
    passkeys: Passkeys = Passkeys()
    account: Account = Account()
    agreements: Agreements = Agreements()
    geoip: Geoip = Geoip()
    developers: Developers = Developers()
    resources: Resources = {}
    upstream: Upstreams = {}

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then IDP_*, then the secrets folder, then config.toml."""
        secrets = NestedSecretsSettingsSource(file_secret_settings, secrets_prefix="")
        return init_settings, env_settings, secrets, TomlConfigSettingsSource(settings_cls)

    @model_validator(mode="before")
    @classmethod
    def a_profile_is_settings_by_another_name(cls, given: Any) -> Any:
        if not isinstance(given, dict) or given.get("profile") != "mcp":
            return given
        return given | {"registration": for_mcp(given.get("registration") or {})}

    @model_validator(mode="after")
    def an_mcp_server_is_named(self) -> Self:
        """Its clients name the server that a token is for, always."""
        if self.profile == "mcp" and not any(api.open for api in self.resources.values()):
            raise ValueError("profile 'mcp' needs an open API: [resources.NAME] with identifier and open = true")
        return self

    @model_validator(mode="after")
    def no_published_key_vanishes_early(self) -> Self:
        longest = max(self.tokens.id_token_for, self.tokens.access_token_for)
        slack = max(self.keys.jwks_max_age, self.keys.ring_cache)  # another node may sign with it a little longer
        if self.keys.keep_for < longest + slack:
            raise ValueError("keys.keep_for must be at least the longest token lifetime + keys.jwks_max_age")
        return self

    @model_validator(mode="after")
    def sign_ins_leave_threads_for_others(self) -> Self:
        """Who waits for a password's hash holds a thread: a login storm must not hold them all."""
        if self.server.threads < self.password.hashing_threads + self.password.hashing_queue + 4:
            raise ValueError("server.threads must be at least password.hashing_threads + password.hashing_queue + 4")
        return self

    @model_validator(mode="after")
    def a_grace_has_a_beginning(self) -> Self:
        """No node has to remember when it saw a version first: its name says when it came into force."""
        for name in ("terms_version", "privacy_version"):
            if self.agreements.grace_for and comes_into_force_at(getattr(self.brand, name)) is None:
                raise ValueError(f"agreements.grace_for counts from a date: begin brand.{name} with one, as 2026-11-25")
        return self

    @model_validator(mode="after")
    def certificates_have_an_address_of_their_own(self) -> Self:
        """Browsers would be asked for a certificate too (RFC 8705 §5)."""
        if self.mtls.bind and self.mtls.address == self.server.issuer.removesuffix(self.server.path):
            raise ValueError("mtls.address is the issuer's own: take another host or port")
        return self

    @model_validator(mode="after")
    def mail_reaches_people(self) -> Self:
        if self.mail.transport == "development" and urlsplit(self.server.issuer).hostname not in LOOPBACK:
            raise ValueError("mail.transport = 'development' sends nothing: set 'smtp' for an issuer that people reach")
        return self

    @model_validator(mode="after")
    def emulators_stay_on_this_machine(self) -> Self:
        """Whoever reaches an emulator signs in as anybody it knows."""
        if urlsplit(self.server.issuer).hostname not in LOOPBACK:
            for name, upstream in self.upstream.items():
                if isinstance(upstream, Facebook) and (upstream.emulated or not upstream.leaves_this_machine):
                    raise ValueError(f"upstream.{name} is the emulator: it needs an issuer on 127.0.0.1 or localhost")
        return self


def load_settings(path: Path | None = None, **overrides: Any) -> Settings:
    """Read config.toml (or `path`, or the file IDP_CONFIG names) and IDP_*; raise SettingsError naming each fault."""
    file = path or Path(os.environ.get("IDP_CONFIG", "config.toml"))
    if (path or "IDP_CONFIG" in os.environ) and not file.is_file():
        raise SettingsError((f"{file}: there is no such file",))
    folder = os.environ.get("IDP_SECRETS")

    class Read(Settings):
        model_config = SettingsConfigDict(toml_file=file, secrets_dir=folder, secrets_dir_missing="error")

    if strangers := tuple(_strangers()):
        raise SettingsError(strangers)
    try:
        return Read(**overrides)
    except ValidationError as error:
        raise SettingsError(tuple(_sentence(fault) for fault in error.errors())) from None
    except ValueError as error:  # config.toml is not TOML
        raise SettingsError((f"{file}: {error}",)) from None


def _strangers() -> Iterator[str]:
    """IDP_* names of no section: pydantic overlooks them, and a misspelt name would quietly set nothing."""
    for name in os.environ:
        section = name.removeprefix("IDP_").partition("__")[0].lower()
        if name.startswith("IDP_") and section not in (*Settings.model_fields, "config", "secrets"):
            yield f"{name}: there is no such setting; see config.toml for all of them"


def _sentence(fault: Any) -> str:
    name = ".".join(str(part) for part in fault["loc"]) or "settings"
    if fault["type"] == "extra_forbidden":
        return f"{name}: there is no such setting; see config.toml for all of them"
    return f"{name}: {fault['msg'].removeprefix('Value error, ')}"
