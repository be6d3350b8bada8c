"""Who may import whom: the contracts of pyproject.toml, and what they can't say."""

import importlib
import re
import sys
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from grimp import ImportGraph
from importlinter.application.use_cases import create_report, read_user_options
from importlinter.configuration import configure
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.layers import LayersContract
from importlinter.domain.contract import registry

from integrations.queue import JOBS
from jobs.schedule import TICKS

ROOT = Path(__file__).parents[2]
CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
CONTRACTS: list[dict[str, Any]] = CONFIG["contracts"]


@cache
def checked() -> tuple[dict[str, str], ImportGraph]:
    """What each contract has to complain about ("" when it holds), and who imports whom."""
    configure()
    registry.register(LayersContract, "layers")
    registry.register(ForbiddenContract, "forbidden")
    report = create_report(read_user_options(str(ROOT / "pyproject.toml")), cache_dir=None)
    found = {
        contract.name: "" if check.kept else str(check.metadata)
        for contract, check in report.get_contracts_and_checks()
    }
    return found, report.graph


def parts_of_the_app() -> set[str]:
    return {f"app.{p.stem}" for p in (ROOT / "app").iterdir() if p.stem not in ("__init__", "__pycache__")}


@pytest.mark.parametrize("name", [contract["name"] for contract in CONTRACTS])
def test_contract(name: str) -> None:
    assert checked()[0][name] == ""


def test_every_part_of_the_app_stands_in_a_layer() -> None:
    layered = {part for layer in CONTRACTS[0]["layers"] for part in re.findall(r"[\w.]+", layer)}
    assert parts_of_the_app() <= layered


def test_handlers_are_kept_from_every_part_they_may_not_see() -> None:
    seen = {"app.assistant", "app.editing", "app.accounts", "app.reception", "app.telemetry", "app.domain"}
    contract = next(c for c in CONTRACTS if c["name"].startswith("Handlers"))
    assert parts_of_the_app() - seen == {m for m in contract["forbidden_modules"] if m.startswith("app.")}


def test_the_domain_needs_pydantic_and_the_standard_library_only() -> None:
    graph = checked()[1]
    inside = {m for m in graph.modules if m.startswith("app.domain")}
    outside = {i.partition(".")[0] for m in inside for i in graph.find_modules_directly_imported_by(m)} - {"app"}
    assert outside <= set(sys.stdlib_module_names) | {"pydantic"}
    assert "pydantic" in outside


def test_planning_does_no_input_or_output() -> None:
    graph = checked()[1]
    inside = {m for m in graph.modules if m.startswith("app.planning")}
    outside = {i.partition(".")[0] for m in inside for i in graph.find_modules_directly_imported_by(m)}
    assert outside & {"socket", "asyncio", "os", "io", "subprocess", "urllib3", "aiohttp", "httpx", "requests"} == set()


@pytest.mark.parametrize("name", [*JOBS.values(), *(tick.job for tick in TICKS)])
def test_every_job_that_is_named_in_the_queue_exists(name: str) -> None:
    module, _, function = name.rpartition(".")
    assert module.startswith("jobs.")
    assert callable(getattr(importlib.import_module(module), function))
