"""What an operator may set, read once from the environment (`PERSEAT_...`)."""

import os
import re
from base64 import b64decode
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.domain.bounds import Bounds
from app.domain.documents import Party
from app.domain.money import from_decimal
from app.domain.post_paid import Monthly
from app.mail.mailer import address_of
from app.mail.smtp import server_at
from app.production import missing

NOBODY = "Perseat <perseat@localhost>"
SEEDS = r"[0-9a-fA-F]{64}( *, *[0-9a-fA-F]{64})*"
URL = r"^https?://[^\s?#/]+(/[^\s?#]*)?$"
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
ORIGIN = r"https?://[^\s/,?#*@]+"
ORIGINS = rf"^({ORIGIN}(,\s*{ORIGIN})*)?$"
DEFAULT_DATA_FOLDER = user_data_path("perseat") if os.geteuid() else Path("/var/lib/perseat")
"""PostgreSQL refuses to run as root, and nobody else may enter root's home."""


class Environment(StrEnum):
    """In PRODUCTION nothing is made up: what is missing is said, and nothing starts."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class PaymentProvider(StrEnum):
    """SANDBOX moves no money; whoever sells needs another."""

    SANDBOX = "sandbox"
    STRIPE = "stripe"


class Settings(BaseSettings):
    """Immutable settings; built once by an entry point and passed down.

    Without `database_url` and `redis_url` the embedded PostgreSQL and Valkey in `data_folder`
    are used; the commands that start them put their addresses into the environment of the
    processes that they start.
    """

    model_config = SettingsConfigDict(
        env_prefix="PERSEAT_", frozen=True, extra="ignore", hide_input_in_errors=True
    )

    environment: Environment = Field(
        default=Environment.DEVELOPMENT,
        description="production refuses to start with secrets or addresses that are made up",
    )
    database_url: SecretStr | None = Field(
        default=None, description="postgresql://... of a server that already runs"
    )
    redis_url: SecretStr | None = Field(
        default=None, description="redis://... of a Redis or Valkey that already runs"
    )
    data_folder: Path = Field(
        default=DEFAULT_DATA_FOLDER, description="where the embedded servers keep their data"
    )
    signing_key: SecretStr | None = Field(
        default=None,
        min_length=32,
        description="signs previews, and makes webhooks' secrets; the same on all servers; made in "
        "the data folder if not set",
    )
    token_keys: SecretStr | None = Field(
        default=None,
        description="sign access tokens: 64 hex digits each, separated by commas; the first signs, "
        "all are good; made in the data folder if not set",
    )
    key_pepper: SecretStr | None = Field(
        default=None,
        min_length=32,
        description="hashes API keys; the same on all servers; made in the data folder if not set",
    )
    payment_provider: PaymentProvider = Field(
        default=PaymentProvider.SANDBOX, description="who is asked to charge cards"
    )
    sandbox_url: str | None = Field(
        default=None,
        pattern=URL,
        description="where the sandbox provider answers; `perseat up` starts it if not set",
    )
    sandbox_key: SecretStr | None = Field(
        default=None,
        min_length=32,
        description="the sandbox's bearer key; made in the data folder if not set",
    )
    sandbox_webhook_url: str | None = Field(
        default=None,
        pattern=URL,
        description="where the sandbox sends its webhooks; else nowhere",
    )
    sandbox_webhook_secret: SecretStr | None = Field(
        default=None,
        min_length=32,
        description="signs the sandbox's webhooks, in base64; made in the data folder if not set",
    )
    stripe_key: SecretStr | None = Field(
        default=None, min_length=1, description="secret or restricted key of a Stripe account"
    )
    stripe_webhook_secret: SecretStr | None = Field(
        default=None, min_length=1, description="whsec_..., signs what Stripe tells of charges"
    )
    stripe_url: str | None = Field(
        default=None,
        pattern=URL,
        description="of a server that stands in for Stripe",
    )
    webhooks_to_loopback: bool = Field(
        default=False, description="development only: webhooks may go to http:// on this machine"
    )
    host: str = Field(default="127.0.0.1", description="address on which the API listens")
    port: int = Field(
        default=8000, ge=1, le=65_535, description="port of the API; the next free one if taken"
    )
    pool_size: int = Field(default=5, ge=1, description="connections per process and role")
    chunk_size: int = Field(default=500, ge=1, description="accounts billed in one transaction")
    automatic_billing: bool = Field(
        default=True, description="off: what falls due is planned, and operators apply the plan"
    )
    unusual_factor: int = Field(
        default=5, ge=1, description="times its usual month, above which a bill is parked"
    )
    unusual_floor: Decimal = Field(
        default=Decimal(1000), ge=0, description="a month up to this amount is never unusual"
    )
    post_paid_usage: Decimal = Field(
        default=Decimal(5000), ge=0, description="usage a month above which it may be post-paid"
    )
    post_paid_subscription: Decimal = Field(
        default=Decimal(2500), ge=0, description="the same for subscriptions; below it is warned"
    )
    rate: int = Field(
        default=1_000, ge=1, description="points of cost that come back to each key in a second"
    )
    rate_burst: int = Field(
        default=20_000, ge=10_000, description="points of cost that a key can spend at once"
    )
    request_timeout: float = Field(
        default=60, gt=0, description="seconds after which a request is given up"
    )
    live_every: float = Field(
        default=2, gt=0, description="seconds after which who listens is told without a doorbell"
    )
    live_connections: int = Field(
        default=1_000, ge=1, description="sockets and streams that a process keeps open"
    )
    live_connections_each: int = Field(
        default=20, ge=1, description="of them those of one key or user"
    )
    allowed_hosts: str = Field(
        default="",
        description="names that the API answers to, separated by commas; else those of public_url",
    )
    public_url: str | None = Field(
        default=None,
        pattern=URL,
        description="where people reach the API, for links; else where it listens",
    )
    cors_origins: str = Field(
        default="",
        pattern=ORIGINS,
        description="origins whose pages may ask the API, separated by commas; none if empty",
    )
    mail_from: str = Field(default=NOBODY, description="sender of mails")
    smtp_url: SecretStr | None = Field(
        default=None, description="smtp://user:password@host:587; else mails are files"
    )

    seller_name: str = Field(
        default="Perseat", min_length=1, description="who invoices come from, as printed on them"
    )
    seller_address: str = Field(
        default="", description="the seller's address on invoices, its lines separated by ;"
    )
    seller_tax_id: str = Field(default="", description="the seller's tax id on invoices")

    @field_validator("mail_from")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        address_of(value)
        return value

    @field_validator("token_keys")
    @classmethod
    def _are_seeds(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch(SEEDS, value.get_secret_value()):
            raise ValueError("each key is 64 hex digits; several are separated by commas")
        return value

    @field_validator("sandbox_webhook_secret")
    @classmethod
    def _is_base64(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            text = value.get_secret_value().removeprefix("whsec_")
            b64decode(text + "=" * (-len(text) % 4), validate=True)
        return value

    @field_validator("stripe_key")
    @classmethod
    def _is_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(("sk_", "rk_")):
            raise ValueError("starts with sk_ or rk_; what browsers use (pk_) can charge nobody")
        return value

    @model_validator(mode="after")
    def _can_charge(self) -> Self:
        if self.payment_provider is PaymentProvider.STRIPE:
            self.stripe_secrets()
        return self

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        charges = self.payment_provider is not PaymentProvider.SANDBOX
        if self.environment is Environment.PRODUCTION and (found := missing(self, charges=charges)):
            raise ValueError("not fit for PERSEAT_ENVIRONMENT=production: " + "; ".join(found))
        return self

    @field_validator("smtp_url")
    @classmethod
    def _is_a_server(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if value is not None:
            server_at(value.get_secret_value())
            if info.data.get("mail_from") == NOBODY:
                raise ValueError("needs PERSEAT_MAIL_FROM too: no server takes mails of localhost")
        return value

    def stripe_secrets(self) -> tuple[SecretStr, SecretStr]:
        """The key that charges, and the secret that webhooks are signed with."""
        if self.stripe_key is None or self.stripe_webhook_secret is None:
            raise ValueError("stripe needs PERSEAT_STRIPE_KEY and PERSEAT_STRIPE_WEBHOOK_SECRET")
        return self.stripe_key, self.stripe_webhook_secret

    @property
    def origins(self) -> list[str]:
        """Whose pages may ask the API from a browser."""
        return [each.strip() for each in self.cors_origins.split(",") if each.strip()]

    @property
    def bounds(self) -> Bounds:
        floor = from_decimal(self.unusual_floor, field="unusual_floor")
        post_paid = Monthly(
            from_decimal(self.post_paid_usage, field="post_paid_usage"),
            from_decimal(self.post_paid_subscription, field="post_paid_subscription"),
        )
        return Bounds(self.unusual_factor, floor, post_paid)

    @property
    def base_url(self) -> str:
        """Of links in mails and to documents."""
        return self.public_url or address_at(self.host, self.port)

    @property
    def hosts(self) -> list[str]:
        """The names that the API answers to, always those of this machine and the one that the
        sandbox knows; any, if it listens to others and nobody has said under which name."""
        named = [each.strip() for each in self.allowed_hosts.split(",") if each.strip()]
        if not named:
            own, public = _bracketed(self.host), _host(self.public_url)
            anybody = own not in LOOPBACK and public in {None, *LOOPBACK}
            named = ["*"] if anybody else [public or own]
        return list(dict.fromkeys((*named, _host(self.sandbox_webhook_url) or named[0], *LOOPBACK)))

    @property
    def seller(self) -> Party:
        """As invoices show it."""
        lines = (line.strip() for line in self.seller_address.replace(";", "\n").splitlines())
        return Party(self.seller_name, "\n".join(filter(None, lines)), self.seller_tax_id)


def _host(url: str | None) -> str | None:
    name = urlsplit(url).hostname if url else None
    return _bracketed(name) if name else None


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def address_at(host: str, port: int) -> str:
    """Where a browser on this machine finds the API; nobody can visit 0.0.0.0."""
    for wildcard, local in (("0.0.0.0", "127.0.0.1"), ("::", "::1")):  # noqa: S104
        host = local if host == wildcard else host
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
