"""What the operator sets about the server itself, its data, its keys, its mails and its limits.

config.toml is the manual, and a test compares both ways. Durations are seconds, sizes bytes, unless the name says
otherwise.
"""

import re
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from babel import Locale as CldrLocale
from babel import UnknownLocaleError
from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

Seconds = Annotated[int, Field(ge=0)]
Positive = Annotated[int, Field(gt=0)]
LOOPBACK = ("127.0.0.1", "::1", "localhost")
ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>]+")
ISSUER = re.compile(r"https?://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:(?!(80|443)\b)[1-9]\d{0,4})?(/(?!\.)[\w.~-]+)*", re.A)
DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*", re.A)
Version = Annotated[str, Field(min_length=1, max_length=32)]
SignatureAlgorithm = Literal["RS256", "ES256", "EdDSA"]


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def host_and_port(bind: str) -> tuple[str, int]:
    """Where to listen. Raises ValueError."""
    host, _, port = bind.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise ValueError("bind is an address and a port, as in 127.0.0.1:8000 or [::]:8000")
    return host.strip("[]"), int(port)


class Server(Section):
    issuer: str = "http://127.0.0.1:8000"
    bind: str = "127.0.0.1:8000"
    workers: Positive = 2
    threads: Positive = 16
    trusted_proxies: tuple[str, ...] = ()
    client_certificate_header: Annotated[str, Field(pattern=r"^([A-Za-z][A-Za-z0-9-]{0,63})?$")] = ""
    webfinger_domains: tuple[str, ...] = ()
    development: bool = False
    drain_for: Seconds = 30
    tick_every: Positive = 5

    @model_validator(mode="after")
    def issuer_is_a_base_address(self) -> Self:
        """OpenID Connect Discovery §3: https, no query, no fragment; plain http on loopback only."""
        parts = urlsplit(self.issuer)
        if not ISSUER.fullmatch(self.issuer):  # as browsers write an origin, so that the two can be compared
            raise ValueError("issuer is scheme, host in lower case, an unusual port, perhaps a path; no '/' at the end")
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise ValueError("issuer must start with https:// (http:// only on 127.0.0.1, ::1 or localhost)")
        if self.development and parts.hostname not in LOOPBACK:
            raise ValueError("development shows every mail to everyone: it needs an issuer on 127.0.0.1 or localhost")
        return self

    @model_validator(mode="after")
    def addresses_are_addresses(self) -> Self:
        host_and_port(self.bind)
        for network in self.trusted_proxies:
            try:
                ip_network(network)
            except ValueError as error:
                raise ValueError(f"trusted_proxies holds networks, as in 10.0.0.0/8: {error}") from None
        if not all(DOMAIN.fullmatch(domain) for domain in self.webfinger_domains):
            raise ValueError("webfinger_domains holds domains in lower case, as in example.com")
        return self

    @property
    def address(self) -> tuple[str, int]:
        """Where to listen: host and port."""
        return host_and_port(self.bind)

    @property
    def is_https(self) -> bool:
        return self.issuer.startswith("https://")

    @property
    def is_loopback(self) -> bool:
        """Whether nobody but this machine reaches it."""
        return urlsplit(self.issuer).hostname in LOOPBACK

    @property
    def path(self) -> str:
        """The path of the issuer, "" when it has none."""
        return urlsplit(self.issuer).path


class Database(Section):
    url: SecretStr = SecretStr("sqlite:///var/portico.db")
    synchronous: Literal["NORMAL", "FULL"] = "NORMAL"
    busy_timeout: Positive = 10
    pool_size: Positive = 8


class Keys(Section):
    directory: Path = Path("keys")
    algorithms: tuple[SignatureAlgorithm, ...] = ("RS256", "ES256", "EdDSA")
    sign_for: Positive = 30 * 86400
    publish_ahead: Positive = 2 * 86400
    keep_for: Positive = 2 * 86400
    jwks_max_age: Positive = 3600
    ring_cache: Positive = 30

    @model_validator(mode="after")
    def a_key_is_known_before_it_signs(self) -> Self:
        if self.publish_ahead < 2 * (self.jwks_max_age + self.ring_cache):
            raise ValueError("publish_ahead must be at least twice jwks_max_age + ring_cache")
        if self.sign_for <= self.publish_ahead:
            raise ValueError("sign_for must be longer than publish_ahead")
        if "RS256" not in self.algorithms:
            raise ValueError(
                "algorithms must hold RS256: every relying party may ask for it (OpenID Connect Core §15.1)"
            )
        return self


class Clients(Section):
    directory: Path = Path("clients")
    cache_for: Seconds = 5


class Brand(Section):
    name: str = "Portico"
    support_email: str = ""
    postal_address: str = ""
    terms_url: str = ""
    terms_version: Version = "2026-11"
    privacy_url: str = ""
    privacy_version: Version = "2026-11"


class Mail(Section):
    transport: Literal["development", "smtp"] = "development"
    host: str = "localhost"
    port: Positive = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str = ""
    password: SecretStr = SecretStr("")
    sender: str = "no-reply@localhost"
    reply_to: str = ""
    timeout: Positive = 20
    give_up_after: Positive = 2 * 86400

    @model_validator(mode="after")
    def can_be_sent(self) -> Self:
        if not all(ADDRESS.fullmatch(address) for address in (self.sender, self.reply_to or self.sender)):
            raise ValueError("sender and reply_to must each be one e-mail address, without a name around it")
        if self.password.get_secret_value() and self.security == "none" and self.host not in LOOPBACK:
            raise ValueError("security = 'none' would send the password in clear: use 'starttls' or 'tls'")
        return self


class Password(Section):
    policy: Literal["composition", "length"] = "composition"
    min_length: Annotated[int, Field(ge=8, le=64)] = 8
    argon2_memory_kib: Annotated[int, Field(ge=8)] = 19 * 1024
    argon2_time_cost: Positive = 2
    hashing_threads: Positive = 1
    hashing_queue: Positive = 8


class Session(Section):
    idle_for: Positive = 12 * 3600
    absolute_for: Positive = 7 * 86400
    remember_for: Positive = 30 * 86400
    pending_for: Positive = 3600


class Tokens(Section):
    code_for: Annotated[int, Field(gt=0, le=600)] = 60
    access_token_for: Annotated[int, Field(gt=0, le=86400)] = 3600
    id_token_for: Annotated[int, Field(gt=0, le=3600)] = 3600
    refresh_idle_for: Annotated[int, Field(ge=600)] = 90 * 86400
    refresh_absolute_for: Annotated[int, Field(ge=600)] = 365 * 86400
    refresh_grace: Annotated[int, Field(ge=0, le=60)] = 10
    dpop_nonce: bool = False


class Signup(Section):
    enabled: bool = True
    confirm_password: bool = True


class Throttle(Section):
    password_tries: Positive = 10
    password_window: Positive = 900
    network_tries: Positive = 100
    network_window: Positive = 900
    code_tries: Positive = 5
    mails_per_hour: Positive = 5
    mail_every: Seconds = 60


class Locale(Section):
    default: str = "en"
    offered: tuple[str, ...] = ("en", "de", "fr", "es", "ar")

    @model_validator(mode="after")
    def languages_are_known(self) -> Self:
        """By CLDR: else nobody could write a date in it, or say in which direction it runs."""
        for tag in self.offered:
            try:
                CldrLocale.parse(tag, sep="-")
            except (UnknownLocaleError, ValueError):
                raise ValueError(f"offered holds language tags, as in pt-BR; {tag!r} is none that CLDR knows") from None
        return self

    @model_validator(mode="after")
    def default_is_offered(self) -> Self:
        if self.default not in self.offered:
            raise ValueError("default must be one of offered")
        return self


class Log(Section):
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    access: bool = True
