"""One provider for a whole file of requests, on each database."""

from collections.abc import Iterator

import pytest

from tests import databases
from tests.fuzz.octets.stage import Stage, stage


@pytest.fixture(scope="module", params=["sqlite", "postgresql"], name="stage")
def the_stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("fuzz")
    fresh = databases.fresh_sqlite(folder) if request.param == "sqlite" else databases.fresh_postgresql()
    with fresh as url, stage(url, folder) as made:
        yield made
