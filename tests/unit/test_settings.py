"""The settings: read once from the environment, files and .env, and refused in sentences that name the variable."""

import base64
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.settings import SECRETS, Settings, SettingsError, data_directory

KEY = base64.b64encode(bytes(range(32))).decode()
Setter = Callable[..., None]


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A folder without .env and an environment without settings."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        for variable in (name.upper(), f"{name.upper()}_FILE"):
            monkeypatch.delenv(variable, raising=False)


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Setter:
    def give(**variables: str) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return give


def test_nothing_needs_to_be_set() -> None:
    settings = Settings.load()
    assert (settings.http_host, settings.http_port) == ("127.0.0.1", 8425)
    assert (settings.model, settings.model_num_ctx) == ("ollama:llama3.2", 8192)
    assert (settings.message_limit, settings.requests_per_minute, settings.send_hold_seconds) == (12_000, 20, 10)
    assert settings.database == settings.redis == ""
    assert not settings.connected_to_slack


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(tmp_path: Path, given: Setter) -> None:
    (tmp_path / ".env").write_text("HTTP_PORT=9000\nLOG_FORMAT=json\n")
    given(HTTP_PORT="9001")
    settings = Settings.load()
    assert (settings.http_port, settings.log_format, settings.log_level) == (9001, "json", "WARNING")


def test_an_empty_variable_counts_as_not_set(given: Setter) -> None:
    given(HTTP_PORT="", SLACK_BOT_TOKEN="", MODEL="")
    assert Settings.load().http_port == 8425


def test_models_are_those_that_were_named_and_a_key_alone_names_none(given: Setter) -> None:
    given(ANTHROPIC_API_KEY="sk-ant-1")
    assert Settings.load().models == (("ollama", "llama3.2", "http://localhost:11434"),)
    given(MODEL="anthropic:claude-x", MODEL_FALLBACK="ollama:phi3:mini", ANTHROPIC_BASE_URL="http://gateway")
    assert Settings.load().models == (
        ("anthropic", "claude-x", "http://gateway"),
        ("ollama", "phi3:mini", "http://localhost:11434"),
    )


@pytest.mark.parametrize(
    ("variables", "why"),
    [
        ({"MODEL": "anthropic:claude-x"}, "ANTHROPIC_API_KEY"),
        ({"MODEL": "ollama:x", "MODEL_FALLBACK": "anthropic:claude-x"}, "ANTHROPIC_API_KEY"),
        ({"MODEL_FALLBACK": "ollama:phi3"}, "set both"),
        ({"MODEL": "ollama:x", "MODEL_FALLBACK": "ollama:x"}, "different models"),
        ({"MODEL": "ollama:x", "MODEL_FALLBACK": "claude"}, "MODEL_FALLBACK: must be"),
        ({"PAID_CALLS_PER_DAY": "-1"}, "PAID_CALLS_PER_DAY"),
    ],
    ids=str,
)
def test_models_that_cant_answer_are_refused(given: Setter, variables: dict[str, str], why: str) -> None:
    given(**variables)
    with pytest.raises(SettingsError, match=why):
        Settings.load()


@pytest.mark.parametrize(
    ("variable", "value", "sign"),
    [
        ("SLACK_BOT_TOKEN", "xoxp-1", "must start with xoxb-"),
        ("SLACK_APP_TOKEN", "xoxb-1", "must start with xapp-"),
        ("MODEL", "llama3.2", "must be ollama:NAME"),
        ("MODEL_NUM_CTX", "10", "2048"),
        ("HTTP_PORT", "70000", "65535"),
        ("HTTP_PORT", "web", "integer"),
        ("LOG_LEVEL", "LOUD", "DEBUG"),
        ("LOG_FORMAT", "xml", "json"),
        ("ENCRYPTION_KEY", "c2hvcnQ=", "32 bytes"),
        ("ENCRYPTION_KEY", "not base64!", "32 bytes"),
        ("MESSAGE_LIMIT", "0", "100"),
        ("REQUESTS_PER_MINUTE", "0", "1"),
    ],
)
def test_a_wrong_value_is_refused_by_the_name_of_its_variable(
    given: Setter, variable: str, value: str, sign: str
) -> None:
    given(**{variable: value})
    with pytest.raises(SettingsError) as caught:
        Settings.load()
    assert f"{variable}: " in str(caught.value)
    assert sign in str(caught.value)


def test_all_problems_are_told_at_once(given: Setter) -> None:
    given(SLACK_BOT_TOKEN="wrong", HTTP_PORT="0", MODEL="wrong")
    with pytest.raises(SettingsError) as caught:
        Settings.load()
    assert all(name in str(caught.value) for name in ("SLACK_BOT_TOKEN", "HTTP_PORT", "MODEL"))


@pytest.mark.parametrize("variable", ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"])
def test_one_slack_token_without_the_other_is_refused(given: Setter, variable: str) -> None:
    given(**{variable: {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}[variable]})
    with pytest.raises(SettingsError, match="SLACK_BOT_TOKEN and SLACK_APP_TOKEN belong together"):
        Settings.load()


def test_a_refused_secret_is_not_repeated(given: Setter) -> None:
    given(SLACK_BOT_TOKEN="very-private", ENCRYPTION_KEY="also-private")
    with pytest.raises(SettingsError) as caught:
        Settings.load()
    assert "private" not in str(caught.value)


@pytest.mark.parametrize("variable", SECRETS)
def test_secrets_may_come_from_files_and_are_never_shown(tmp_path: Path, given: Setter, variable: str) -> None:
    keys = dict.fromkeys(("ENCRYPTION_KEY", "ENCRYPTION_KEY_OLD", "AUDIT_KEY"), KEY)
    secret = ({"SLACK_BOT_TOKEN": "xoxb-hush", "SLACK_APP_TOKEN": "xapp-hush"} | keys).get(variable, "hush")
    (tmp_path / "secret").write_text(f"{secret}\n")
    # Slack's two tokens are only accepted together.
    if variable == "SLACK_BOT_TOKEN":
        given(SLACK_APP_TOKEN="xapp-other")
    elif variable == "SLACK_APP_TOKEN":
        given(SLACK_BOT_TOKEN="xoxb-other")
    given(**{f"{variable}_FILE": str(tmp_path / "secret")})
    settings = Settings.load()
    assert getattr(settings, variable.lower()).get_secret_value() == secret
    assert secret not in repr(settings)
    assert secret not in settings.model_dump_json()


def test_a_file_that_cannot_be_read_is_named(given: Setter, tmp_path: Path) -> None:
    given(REDIS_URL_FILE=str(tmp_path / "absent"))
    with pytest.raises(SettingsError, match=f"REDIS_URL_FILE: No such file or directory: {tmp_path / 'absent'}"):
        Settings.load()


def test_settings_do_not_change() -> None:
    settings = Settings.load()
    with pytest.raises(ValidationError, match="frozen"):
        settings.http_port = 1


def test_lists_are_separated_by_commas(given: Setter) -> None:
    given(ALLOWED_USERS=" U1, ada@example.com ,,U2 ")
    assert Settings.load().allowed_users == ("U1", "ada@example.com", "U2")


def test_addresses_follow_from_each_other(given: Setter) -> None:
    given(HTTP_PORT="9000", SLACK_API_URL="http://127.0.0.1:1/api")
    settings = Settings.load()
    assert settings.slack_api_url == "http://127.0.0.1:1/api/"
    assert settings.redirect_url == "http://localhost:9000/oauth/google"
    given(OAUTH_REDIRECT_URL="https://steward.example.com/oauth/google")
    assert Settings.load().redirect_url == "https://steward.example.com/oauth/google"


def test_the_home_is_the_persons_data_directory(given: Setter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given(XDG_DATA_HOME=str(tmp_path))
    assert data_directory() == tmp_path / "steward"
    monkeypatch.delenv("XDG_DATA_HOME")
    given(HOME=str(tmp_path))
    expected = Path("/var/lib/steward") if os.geteuid() == 0 else tmp_path / ".local" / "share" / "steward"
    assert Settings.load().home == expected


def test_a_key_that_is_given_is_used(given: Setter, tmp_path: Path) -> None:
    given(ENCRYPTION_KEY=KEY, STEWARD_HOME=str(tmp_path / "home"))
    assert Settings.load().sealing_keys == (bytes(range(32)),)
    assert not (tmp_path / "home").exists()


def test_a_key_is_made_once_and_kept_privately(given: Setter, tmp_path: Path) -> None:
    given(STEWARD_HOME=str(tmp_path / "home"))
    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(lambda _: Settings.load().sealing_keys[0], range(32)))
    (key,) = keys
    assert len(key) == 32
    (file,) = (tmp_path / "home").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_nothing_is_read_at_import() -> None:
    program = "import app.settings, os; os.environ['HTTP_PORT'] = '9005'; print(app.settings.Settings.load().http_port)"
    root = Path(__file__).resolve().parents[2]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(root), "HTTP_PORT": "wrong"}
    read = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert read.stdout == "9005\n"
