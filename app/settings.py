"""Every environment variable, typed, frozen, validated once; nothing is read at import."""

import base64
import contextlib
import os
import secrets
import tempfile
from pathlib import Path
from typing import Annotated, Any, NamedTuple, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from app.domain.errors import StewardError

KEY_BYTES = 32
"""AES-256."""
SECRETS = (
    "SLACK_BOT_TOKEN",
    "SLACK_APP_TOKEN",
    "GOOGLE_CLIENT_SECRET",
    "DATABASE_URL",
    "DATABASE_ADMIN_URL",
    "REDIS_URL",
    "ENCRYPTION_KEY",
    "ENCRYPTION_KEY_OLD",
    "AUDIT_KEY",
    "ANTHROPIC_API_KEY",
)
"""Variables that may also come from a file, named by VARIABLE_FILE, as container platforms mount secrets."""
OAUTH_PATH = "/oauth/google"
PASTE = "paste"
"""As OAUTH_REDIRECT_URL: people bring the address back by hand."""
KEY_FILE, OLD_KEYS_FILE = "encryption-key", "encryption-keys.old"
"""Where the keys are in the home when none is given."""
OLLAMA, ANTHROPIC = "ollama", "anthropic"
"""Who models are had from; what Anthropic's are asked is paid for, and leaves the house."""


class SettingsError(StewardError):
    """The settings can't be used: {problems}"""


def data_directory() -> Path:
    """The person's data directory (XDG Base Directory specification); of root, the machine's (Filesystem Hierarchy
    Standard): PostgreSQL doesn't run as root, and whoever it runs as may not enter root's own home."""
    if os.geteuid() == 0 and "XDG_DATA_HOME" not in os.environ:
        return Path("/var/lib/steward")
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "steward"


class ChosenModel(NamedTuple):
    """A model by its provider, its name there, and the address where it is asked."""

    provider: str
    name: str
    place: str


class Settings(BaseSettings):
    """What the environment, a file .env and mounted secrets say. Values given win over files."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True, case_sensitive=False
    )

    # Slack.
    slack_bot_token: SecretStr = Field(SecretStr(""), description="xoxb-…, from OAuth & Permissions of the Slack app")
    slack_app_token: SecretStr = Field(SecretStr(""), description="xapp-…, with connections:write, for Socket Mode")
    slack_api_url: str = Field("https://slack.com/api/", description="where the Web API is reached")
    allowed_users: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Slack ids or addresses, with commas; empty: every member of the workspace"
    )

    # Google.
    google_client_id: str = Field("", description="of an OAuth client of type Web application")
    google_client_secret: SecretStr = Field(SecretStr(""), description="its secret")
    google_api_url: str = Field("", description="one root for all of Google's hosts; empty: Google's own")
    oauth_redirect_url: str = Field(
        "",
        description="the client's redirect address; empty: localhost and HTTP_PORT; paste: that, brought back by hand",
    )

    # The model.
    model: str = Field("ollama:llama3.2", description="provider:name, of ollama or anthropic")
    model_fallback: str = Field("", description="the model that answers when MODEL can't; empty: none does")
    model_num_ctx: int = Field(8192, ge=2048, description="the model's window in tokens; always sent")
    ollama_host: str = Field("http://localhost:11434", description="the machine that runs Ollama")
    anthropic_api_key: SecretStr = Field(SecretStr(""), description="sk-ant-…; used only where a model of it is set")
    anthropic_base_url: str = Field("https://api.anthropic.com", description="where Anthropic's API is reached")
    paid_calls_per_day: int = Field(500, ge=0, description="of all people together to Anthropic, from midnight UTC")

    # The truth and the wake-up.
    database_url: SecretStr = Field(SecretStr(""), description="postgresql://…; empty: an embedded PostgreSQL")
    database_admin_url: SecretStr = Field(SecretStr(""), description="who may migrate; empty: migrated elsewhere")
    redis_url: SecretStr = Field(SecretStr(""), description="redis://…; empty: an embedded Valkey")

    # This installation.
    steward_home: Path = Field(default_factory=data_directory, description="where embedded services keep their files")
    encryption_key: SecretStr = Field(
        SecretStr(""), description="32 bytes in base64, seals tokens; empty: made once and kept in STEWARD_HOME"
    )
    encryption_key_old: SecretStr = Field(
        SecretStr(""), description="the keys before it, with commas, the newest first: they open, and seal nothing"
    )
    audit_key: SecretStr = Field(
        SecretStr(""), description="32 bytes in base64, signs the audit trail; empty: the oldest of the keys above"
    )
    http_host: str = Field("127.0.0.1", description="where the app's HTTP server listens")
    http_port: int = Field(8425, ge=1, le=65535, description="its port")
    page_port: int = Field(0, ge=0, le=65535, description="the sandbox page's port; 0: the last one, or a free one")
    bulk_workers: int = Field(
        1, ge=1, le=32, description="workers of this machine for what takes long; each does one thing at a time"
    )
    log_level: str = Field("WARNING", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="how much is logged")
    log_format: str = Field("console", pattern="^(console|json)$", description="console or json")

    # Limits.
    message_limit: int = Field(
        12_000, ge=100, description="characters of one message; Slack's markdown block holds as many"
    )
    requests_per_minute: int = Field(20, ge=1, description="of one person")
    send_hold_seconds: int = Field(10, ge=0, le=120, description="how long an approved mail can still be cancelled")
    retention_days: int = Field(30, ge=1, description="how long settled envelopes and transcripts are kept")
    action_retention_days: int = Field(
        90, ge=1, description="how long settled actions are; of the audit trail nothing goes"
    )

    @classmethod
    def load(cls, **given: Any) -> Self:
        """Read and check everything; raises SettingsError that names each variable that can't be used."""
        try:
            return cls(**given)
        except ValidationError as invalid:
            problems = "; ".join(f"{_variable(e)}: {_complaint(e)}" for e in invalid.errors())
            raise SettingsError(problems=problems) from invalid

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, SecretFiles(settings_cls), dotenv_settings

    @field_validator("allowed_users", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return tuple(v.strip() for v in value.split(",") if v.strip()) if isinstance(value, str) else value

    @field_validator("slack_bot_token", "slack_app_token")
    @classmethod
    def _prefixed(cls, value: SecretStr, info: Any) -> SecretStr:
        prefix = {"slack_bot_token": "xoxb-", "slack_app_token": "xapp-"}[info.field_name]
        if value.get_secret_value() and not value.get_secret_value().startswith(prefix):
            raise ValueError(f"must start with {prefix}")
        return value

    @field_validator("encryption_key", "encryption_key_old", "audit_key")
    @classmethod
    def _key(cls, value: SecretStr, info: Any) -> SecretStr:
        keys = _listed_keys(value)
        if any(len(key) != KEY_BYTES for key in keys) or (len(keys) > 1 and info.field_name != "encryption_key_old"):
            raise ValueError("must be 32 bytes in base64; make one with: openssl rand -base64 32")
        return value

    @field_validator("model", "model_fallback")
    @classmethod
    def _model(cls, value: str, info: Any) -> str:
        provider, _, name = value.partition(":")
        if not value and info.field_name == "model_fallback":
            return value
        if provider not in (OLLAMA, ANTHROPIC) or not name:
            raise ValueError("must be ollama:NAME, such as ollama:llama3.2, or anthropic:NAME")
        return value

    @field_validator("slack_api_url")
    @classmethod
    def _slash(cls, value: str) -> str:
        return value.rstrip("/") + "/"

    @model_validator(mode="after")
    def _together(self) -> Self:
        if bool(self.slack_bot_token.get_secret_value()) != bool(self.slack_app_token.get_secret_value()):
            raise ValueError("SLACK_BOT_TOKEN and SLACK_APP_TOKEN belong together; set both, or none for the sandbox")
        if self.model_fallback and ("model" not in self.model_fields_set or self.model_fallback == self.model):
            raise ValueError("MODEL_FALLBACK stands in for MODEL: set both, to different models")
        if any(m.provider == ANTHROPIC for m in self.models) and not self.anthropic_api_key.get_secret_value():
            raise ValueError("a model of Anthropic needs ANTHROPIC_API_KEY")
        return self

    # What follows from them.

    @property
    def models(self) -> tuple[ChosenModel, ...]:
        """The model that answers and, if there is one, the one that does when it can't."""
        places = {OLLAMA: self.ollama_host, ANTHROPIC: self.anthropic_base_url}
        parted = (named.partition(":") for named in (self.model, self.model_fallback) if named)
        return tuple(ChosenModel(provider, name, places[provider]) for provider, _, name in parted)

    @property
    def connected_to_slack(self) -> bool:
        """Whether a workspace is configured; otherwise the sandbox stands in."""
        return bool(self.slack_bot_token.get_secret_value())

    @property
    def database(self) -> str:
        """The application's database; empty where an embedded one is to be started."""
        return self.database_url.get_secret_value()

    @property
    def database_admin(self) -> str:
        """Who may migrate it; empty when that is done elsewhere."""
        return self.database_admin_url.get_secret_value()

    @property
    def redis(self) -> str:
        """The wake-up; empty where an embedded one is to be started."""
        return self.redis_url.get_secret_value()

    @property
    def home(self) -> Path:
        return self.steward_home.expanduser()

    @property
    def redirect_url(self) -> str:
        """Where the consent page sends the browser back to."""
        local = f"http://localhost:{self.http_port}{OAUTH_PATH}"
        return local if self.paste else self.oauth_redirect_url or local

    @property
    def paste(self) -> bool:
        """Whether people bring the address back by hand, because no browser of theirs reaches this machine."""
        return self.oauth_redirect_url == PASTE

    @property
    def sealing_keys(self) -> tuple[bytes, ...]:
        """The keys that seal tokens, the one in force first: as given, else made once and kept in the home, readable by
        its owner only."""
        if given := _listed_keys(self.encryption_key):
            return (*given, *_listed_keys(self.encryption_key_old))
        newest = kept_secret(self.home / KEY_FILE, lambda: secrets.token_bytes(KEY_BYTES))
        older = self.home / OLD_KEYS_FILE
        return (newest, *map(base64.b64decode, older.read_text().split() if older.exists() else ()))

    @property
    def signing_key(self) -> bytes:
        """The key that signs the audit trail."""
        given = _listed_keys(self.audit_key)
        return given[0] if given else self.sealing_keys[-1]


class SecretFiles(PydanticBaseSettingsSource):
    """Secrets mounted as files: VARIABLE_FILE names the file."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        path = os.environ.get(f"{field_name.upper()}_FILE") if field_name.upper() in SECRETS else None
        if not path:
            return None, field_name, False
        try:
            return Path(path).read_text(encoding="utf-8").strip(), field_name, False
        except OSError as unreadable:
            raise SettingsError(problems=f"{field_name.upper()}_FILE: {unreadable.strerror}: {path}") from unreadable

    def __call__(self) -> dict[str, Any]:
        found = {name: self.get_field_value(None, name)[0] for name in self.settings_cls.model_fields}
        return {name: value for name, value in found.items() if value is not None}


def kept_secret(path: Path, make: Any) -> bytes:
    """A secret made once, by whoever comes first, and kept privately."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        # Written whole under another name (private by itself), then linked: of two who try, one wins and both read it.
        with tempfile.NamedTemporaryFile(dir=path.parent) as fresh:
            fresh.write(base64.b64encode(make()))
            fresh.flush()
            with contextlib.suppress(FileExistsError):
                os.link(fresh.name, path)
    return base64.b64decode(path.read_bytes())


def private(path: Path, text: str) -> None:
    """Write a file whole or not at all, readable by its owner only."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as fresh:
        fresh.write(text)
    Path(fresh.name).replace(path)


def _listed_keys(value: SecretStr) -> tuple[bytes, ...]:
    """Keys in base64, with commas."""
    return tuple(_unpacked(key) for key in value.get_secret_value().replace(" ", "").split(",") if key)


def _unpacked(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""


def _variable(error: Any) -> str:
    return str(error["loc"][0]).upper() if error["loc"] else "together"


def _complaint(error: Any) -> str:
    return str(error["msg"]).removeprefix("Value error, ")
