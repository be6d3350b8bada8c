"""What tests of every layer share."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests import postgres, sampling
from tests.fakes import ManualClock

# A machine that does something else meanwhile is no failure: nothing here is about time.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


def pytest_configure() -> None:
    """One seed for every process of this run: they must all see the same samples."""
    os.environ.setdefault("STEWARD_SEED", str(sampling.seed()))


def pytest_itemcollected(item: pytest.Item) -> None:
    """What one process after the other does when several run side by side: all that needs a house of real processes,
    all that drives a browser or the servers by themselves, and else a file each."""
    folder = item.path.parent.relative_to(item.config.rootpath / "tests").parts[0]
    group = {"acceptance": "houses", "browser": "servers", "integration": "servers"}.get(folder, item.path.name)
    item.add_marker(pytest.mark.xdist_group(group))


def pytest_report_header() -> str:
    return f"samples: STEWARD_SEED={sampling.seed()}"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Addresses]:
    with postgres.server() as addresses:
        yield addresses


@pytest.fixture
def database(postgres_server: postgres.Addresses) -> postgres.Addresses:
    """Steward's schema without a row in it."""
    postgres.empty(postgres_server.admin)
    return postgres_server


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()
