"""Every setting of Outlay: typed, documented, read from `OUTLAY_*` variables and from `.env`."""

import difflib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "OUTLAY_"
ENV_FILE = ".env"
# What building the page reads; set while serving, they are no mistake.
_BUILD_VARIABLES = frozenset({"OUTLAY_WEB_SKIP", "OUTLAY_WEB_NODE"})
_MASK = "********"


def _default_data_dir() -> Path:
    """A place that outlives the checkout: the system's when we are root, else the person's own."""
    if os.geteuid() == 0:
        return Path("/var/lib/outlay")
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "outlay"


class SettingsError(Exception):
    """A setting cannot be used; the message is one line and names the variable."""


class Settings(BaseSettings):
    """The effective settings. The description of each field is its documentation."""

    # An empty variable says nothing: compose files hand on what nobody set as an empty text.
    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=ENV_FILE, env_ignore_empty=True, extra="ignore", frozen=True
    )

    data_dir: Path = Field(
        default_factory=_default_data_dir,
        description="Where the embedded PostgreSQL keeps its data. Unused when OUTLAY_DATABASE_URL is set.",
    )
    database_url: SecretStr | None = Field(
        None, description="An external PostgreSQL, as its owner (runs migrations). Empty: the embedded server."
    )
    database_app_url: SecretStr | None = Field(
        None, description="Credentials for run time (member of outlay_app). Empty: derived from OUTLAY_DATABASE_URL."
    )
    database_operator_url: SecretStr | None = Field(
        None,
        description="Credentials that may pass row-level security for backup, verify and metrics. Empty: derived.",
    )
    database_pool_size: int = Field(
        8, ge=2, le=200, description="Connections of each worker process for requests and jobs."
    )
    database_pool_wait_s: float = Field(
        5.0, gt=0, le=60, description="How long a request waits for a free connection before it is answered 503."
    )
    host: str = Field("127.0.0.1", description="The address to listen on.")
    port: int = Field(5002, ge=1, le=65535, description="The port to listen on.")
    workers: int = Field(1, ge=1, le=64, description="Processes that serve requests.")
    public_url: str = Field(
        "", description="The address under which people reach Outlay, for links in mail. Empty: http://HOST:PORT."
    )
    trusted_proxies: list[str] = Field(
        default_factory=list,
        description="Addresses (JSON list) of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="The least level to log.")
    log_format: Literal["auto", "json", "console"] = Field(
        "auto", description="json for machines, console for people; auto: console on a terminal, else json."
    )
    body_bytes_max: int = Field(
        10 * 1024 * 1024, ge=1024, le=1024**3, description="The largest request body, before and after unpacking."
    )
    rate_limit_per_minute: int = Field(
        600_000, ge=1, description="Requests a minute for one API key, over all processes; a key may have its own."
    )
    session_rate_limit_per_minute: int = Field(
        1_200, ge=1, description="Requests a minute for one signed-in person, over all processes."
    )
    session_idle_hours: int = Field(24, ge=1, le=24 * 90, description="A session unused for so long ends.")
    session_days_max: int = Field(30, ge=1, le=365, description="A session ends after so long, used or not.")
    invitation_days: int = Field(7, ge=1, le=90, description="How long an invitation can be accepted.")
    password_reset_minutes: int = Field(60, ge=5, le=24 * 60, description="How long a password reset link works.")
    sign_in_attempts_max: int = Field(
        10, ge=3, le=1000, description="Failed sign-ins for one address or one e-mail within 15 minutes before a pause."
    )
    smtp_host: str = Field("", description="Mail server for invitations and password resets. Empty: no mail is sent.")
    smtp_port: int = Field(587, ge=1, le=65535, description="Port of the mail server.")
    smtp_security: Literal["starttls", "tls", "none"] = Field("starttls", description="How the connection is secured.")
    smtp_user: str = Field("", description="User at the mail server; empty: no sign-in.")
    smtp_password: SecretStr = Field(SecretStr(""), description="Password at the mail server.")
    smtp_from: str = Field("Outlay <outlay@localhost>", description="Sender of mail.")
    jobs_in_server: bool = Field(True, description="Run background jobs in the server; false: run `outlay worker`.")
    jobs_concurrency: int = Field(2, ge=1, le=64, description="Background jobs at a time in each process.")
    disk_warn_bytes: int = Field(
        2 * 1024**3, ge=0, description="Warn when the data directory's disk has less free space than this."
    )
    metrics_token: SecretStr | None = Field(
        None, description="Bearer token that may read /metrics of all workspaces. Empty: only from loopback."
    )
    shutdown_grace_s: int = Field(
        20, ge=1, le=600, description="How long requests in flight may take to finish at shutdown."
    )

    @field_validator("public_url")
    @classmethod
    def _public_url_is_an_origin(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        return value.rstrip("/")

    @property
    def origin(self) -> str:
        """The address people use, without a trailing slash."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url or f"http://{'127.0.0.1' if host in {'0.0.0.0', '[::]'} else host}:{self.port}"  # noqa: S104 - compared, not bound

    @property
    def secure_cookies(self) -> bool:
        """Whether cookies may travel over https only."""
        return self.origin.startswith("https://")


@dataclass(frozen=True)
class ShownSetting:
    """One line of `outlay config`."""

    variable: str
    value: str
    is_default: bool
    description: str


def load_settings(**overrides: object) -> Settings:
    """The settings of this process; `overrides` are what the command line said, None meaning that it said nothing."""
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = str(first["loc"][0]) if first["loc"] else "settings"
        raise SettingsError(f"{PREFIX}{name.upper()}: {first['msg']}") from error
    except ValueError as error:  # a list that is not JSON; the message names the field and nothing of the value
        name = next((name for name in Settings.model_fields if f'"{name}"' in str(error)), "*")
        raise SettingsError(f'{PREFIX}{name.upper()}: must be a JSON list, such as ["10.0.0.1"]') from error


def shown_settings(settings: Settings) -> Iterator[ShownSetting]:
    """The effective values with secrets masked, in the order of their declaration."""
    defaults = Settings.model_construct()
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        yield ShownSetting(
            variable=PREFIX + name.upper(),
            value=_shown(value),
            is_default=value == getattr(defaults, name, None),
            description=field.description or "",
        )


def unknown_variables(environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """A warning for each `OUTLAY_*` variable that we do not know, with the nearest that we do."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    present = os.environ if environment is None else environment
    names = {*present, *(dotenv_values(ENV_FILE) if environment is None else ())}
    for name in sorted(names):
        if name.startswith(PREFIX) and name not in known | _BUILD_VARIABLES:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            yield f"{name} is not a setting of Outlay and has no effect.{hint}"


def _shown(value: object) -> str:
    if isinstance(value, SecretStr):
        return _MASK if value.get_secret_value() else ""
    if value is None:
        return ""
    return json.dumps(value) if isinstance(value, bool | list) else str(value)
