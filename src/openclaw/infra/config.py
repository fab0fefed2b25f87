"""Configuration: one frozen tree per process, built in ``apps/*`` and passed down."""

import os
from ipaddress import ip_address
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import platformdirs
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

RegistrationMode = Literal["open", "invite", "closed"]


def default_home() -> Path:
    """Where an installation keeps its data unless ``OPENCLAW_HOME`` says otherwise."""
    return platformdirs.user_data_path("openclaw", appauthor=False) / "server"


class Config(BaseSettings):
    """Every setting of the server roles. Each is an environment variable ``OPENCLAW_<NAME>``."""

    model_config = SettingsConfigDict(env_prefix="OPENCLAW_", frozen=True, extra="ignore")

    home: Path = Field(
        default_factory=default_home, description="Folder for the database, files, keys and logs."
    )
    database_url: SecretStr | None = Field(
        default=None, description="PostgreSQL 15 or newer, as the owner role. Unset: the embedded server."
    )
    redis_url: SecretStr | None = Field(
        default=None,
        description="Redis or Valkey that carries messages between processes. Unset: PostgreSQL's NOTIFY.",
    )
    blob_url: str | None = Field(
        default=None, description="Object storage: file:///… or s3://bucket/prefix. Unset: a folder in home."
    )
    secret_key: SecretStr | None = Field(
        default=None, description="32 random bytes as hex; the same for every process. Unset: a file in home."
    )
    host: str = Field(default="127.0.0.1", description="Address that the web app and the gateway listen on.")
    port: int = Field(default=3000, ge=0, le=65535, description="Port of the web app and the REST API.")
    gateway_port: int = Field(default=18789, ge=0, le=65535, description="Port of the WebSocket gateway.")
    public_url: str | None = Field(
        default=None, description="How browsers reach the web app, when behind a proxy."
    )
    gateway_url: str | None = Field(
        default=None, description="How browsers and devices reach the gateway (ws:// or wss://)."
    )
    allowed_origins: tuple[str, ...] = Field(
        default=(), description="More web origins that may open the gateway."
    )
    trusted_proxies: tuple[str, ...] = Field(
        default=(), description="Addresses of proxies whose X-Forwarded-For names the client."
    )
    registration: RegistrationMode = Field(
        default="open", description="Who may sign up after the first account."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="What is logged to standard error."
    )
    log_format: Literal["json", "console"] = Field(
        default="json", description="JSON lines, or words for a terminal."
    )
    log_file: Path | None = Field(
        default=None, description="Also write JSON logs to this file, kept for 30 days."
    )
    executor_id: str | None = Field(
        default=None, description="Stable name of this process for run recovery. Unset: random."
    )
    job_slots: int = Field(
        default=64, ge=0, le=1000, description="Queued jobs that this process works on at once; 0: none."
    )
    workspace_jobs_at_once: int = Field(
        default=32,
        ge=1,
        le=1000,
        description="Jobs of one workspace that are at work at once, in all processes.",
    )
    workspace_jobs_queued: int = Field(
        default=100_000, ge=1, description="Jobs that one workspace may have waiting for their turn."
    )
    workspace_jobs_per_minute: int | None = Field(
        default=None, ge=1, description="Jobs of one workspace that begin in a minute. Unset: any number."
    )
    approval_minutes: int = Field(
        default=60, ge=1, le=10_080, description="How long an approval waits before it counts as denied."
    )
    host_lease_seconds: int = Field(
        default=30,
        ge=3,
        le=600,
        description="A host that cannot reach us for so long stops its runs; half as long again, and they are lost.",
    )
    device_wait_minutes: int = Field(
        default=1440, ge=1, le=10_080, description="How long a call waits for an offline device."
    )

    smtp_host: str | None = Field(
        default=None, description="Mail server that mail is handed to. Unset: this server sends no mail."
    )
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Port of the mail server.")
    smtp_tls: Literal["starttls", "tls", "none"] = Field(
        default="starttls",
        description="How mail is encrypted on its way: `starttls`, `tls` from the first byte (port 465), or `none`.",
    )
    smtp_user: str | None = Field(default=None, description="Account at the mail server, if it wants one.")
    smtp_password: SecretStr | None = Field(default=None, description="Password of that account.")
    mail_from: str | None = Field(
        default=None, description="Address that mail comes from. Unset: `smtp_user`, when that is an address."
    )
    mail_per_hour: int = Field(
        default=100, ge=1, description="Recipients that mail of one workspace may have in an hour."
    )

    content_url: str | None = Field(
        default=None,
        description="How browsers reach results and published sites, under another host than the web app's. "
        "Unset: the web app's, where they are kept apart by a sandbox alone.",
    )
    content_port: int | None = Field(
        default=None,
        ge=0,
        le=65535,
        description="Also listen on this port, for results and published sites only. Unset: on none.",
    )
    publish_bucket: str | None = Field(
        default=None,
        description="Object storage that results may be published to: s3://bucket/prefix. Unset: to none.",
    )
    publish_bucket_url: str | None = Field(
        default=None, description="How the public reaches what is in that bucket."
    )

    workflow_run_days: int | None = Field(
        default=None,
        ge=1,
        description="Days that runs of workflows are kept after their end. Unset: until somebody deletes them.",
    )

    telegram_url: str = Field(default="https://api.telegram.org", description="Where Telegram's Bot API is.")
    feishu_url: str = Field(
        default="https://open.feishu.cn",
        description="Where Feishu's open platform is; Lark's is https://open.larksuite.com.",
    )
    qq_url: str = Field(default="https://api.sgroup.qq.com", description="Where the API of QQ bots is.")
    qq_token_url: str = Field(
        default="https://bots.qq.com/app/getAppAccessToken",
        description="Where QQ bots get their access tokens.",
    )

    plugin_index: str | None = Field(
        default=None,
        description="Package index (PEP 691) that wheels of plugins may be fetched from. Unset: none are fetched.",
    )
    plugin_internal_hosts: tuple[str, ...] = Field(
        default=(), description="Host names that plugins may reach though their addresses are not public."
    )

    @field_validator(
        "public_url", "content_url", "publish_bucket_url", "telegram_url", "feishu_url", "qq_url"
    )
    @classmethod
    def _no_trailing_slash(cls, value: str | None) -> str | None:
        return value.rstrip("/") if value else None

    @property
    def web_origin(self) -> str:
        """The origin that the web app is served from."""
        if self.public_url:
            parts = urlsplit(self.public_url)
            return f"{parts.scheme}://{parts.netloc}"
        return f"http://{_browsable(self.host)}:{self.port}"

    @property
    def content_origin(self) -> str:
        """The origin that results and published sites are shown from; the web app's unless another is configured."""
        if self.content_url:
            parts = urlsplit(self.content_url)
            return f"{parts.scheme}://{parts.netloc}"
        if self.content_port:
            return f"http://{_browsable(self.host)}:{self.content_port}"
        return self.web_origin

    @property
    def web_origins(self) -> frozenset[str]:
        """Every origin whose pages are ours: the configured ones, and the loopback twins of a loopback origin."""
        origins = {self.web_origin, *self.allowed_origins}
        for origin in tuple(origins):
            parts = urlsplit(origin)
            if parts.hostname in ("localhost", "127.0.0.1"):
                port = f":{parts.port}" if parts.port else ""
                origins |= {f"{parts.scheme}://{name}{port}" for name in ("localhost", "127.0.0.1")}
        return frozenset(origins)

    @property
    def is_tls(self) -> bool:
        """True when browsers reach us by https, so that cookies are marked Secure."""
        return self.web_origin.startswith("https://")

    @property
    def is_exposed(self) -> bool:
        """True when others than this machine's own users may reach the server."""
        return self.public_url is not None or self.host not in ("127.0.0.1", "localhost", "::1")

    @property
    def own_hosts(self) -> frozenset[str] | None:
        """Host names that a server on loopback answers to; None when it is exposed and a proxy decides."""
        if self.is_exposed:
            return None
        names = {urlsplit(origin).hostname for origin in (*self.web_origins, self.content_origin)}
        return frozenset(name for name in names if name) | {"localhost", "127.0.0.1", "::1"}

    def gateway_url_for(self, host: str | None) -> str:
        """The gateway's address for a client that reached the web app by ``host`` (a Host header)."""
        if self.gateway_url:
            return self.gateway_url
        try:
            name = urlsplit(f"//{host}").hostname if host else None
        except ValueError:
            name = None
        scheme = "wss" if self.is_tls else "ws"
        return f"{scheme}://{name or _browsable(self.host)}:{self.gateway_port}"


def environment_names() -> frozenset[str]:
    """The ``OPENCLAW_`` variables that are set, for `doctor` to find misspelt ones."""
    return frozenset(name for name in os.environ if name.startswith("OPENCLAW_"))


def _browsable(host: str) -> str:
    try:
        return "127.0.0.1" if ip_address(host).is_unspecified else host
    except ValueError:
        return host
