"""A cluster of real processes: the same rows as here, workers and machines that are killed, limits over all of them."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import ray
from replay_rows import FEW, row
from staffed import one_model

from consult._version import __version__
from consult.case import Identity, IdentityTerm
from consult.errors import ConsultationError, MissingExtra, UsageError
from consult.panel import Library
from consult.replay import Arm, Cases, Options, Results, arms_of, read_rows
from consult.replay import replay as run_replay
from consult.replay._bench import Bench, Outcome, Pair
from consult.replay._ray import OnRay
from consult.replay._ray.limits import Keeper
from consult.replay._ray.session import Session
from consult.replay._wire import outcome_frame, pair_from
from consult.settings import Settings
from consult.testing import ModelServer, agreeing

pytestmark = pytest.mark.slow
NAME = "Quillfeather"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Two machines of one processor each that this process has joined, as a program does that embeds us."""
    from ray.cluster_utils import Cluster

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_AUTH_TOKEN", "t" * 64)
        made = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
        made.add_node(num_cpus=1, include_dashboard=False)
        ray.init(address=made.address, log_to_driver=False, configure_logging=False)
        yield made
        folder = Path(made.head_node.get_session_dir_path())
        ray.shutdown()
        made.shutdown()
    assert _holding(folder, NAME) == []  # nothing of a patient in what Ray leaves behind


def _holding(folder: Path, text: str) -> list[str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert any(path.stat().st_size for path in files)
    return [path.name for path in files if text.encode() in path.read_bytes()]


def pairs(cases: Path, site: Settings, times: int = 1, arm: str = "panel") -> list[Pair]:
    """The pairs of a folder, so many times over; each names its patient."""
    library = Library.load(site)
    named = Identity(name=NAME, terms=[IdentityTerm(kind="name", text=NAME)])
    found = []
    for item in Cases(cases, library.catalog, concepts=library.concepts):
        assert item.case is not None
        case = item.case.model_copy(update={"identity": named, "history": f"{NAME} feels weak"})
        found.append(Pair(item.id, item.hash, case, item.expected, arm))
    return found * times


async def worked(
    arms: list[Arm],
    given: list[Pair],
    *,
    concurrency: int,
    meanwhile: Callable[[OnRay], Awaitable[None]],
    bench: Bench | None = None,
) -> list[Outcome]:
    """What came of the pairs, while something happens after the first."""
    bench = bench or Bench(arms)
    executor = OnRay(arms, bench, concurrency)
    try:
        running = [asyncio.create_task(executor.outcome(pair)) for pair in given]
        await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        await meanwhile(executor)
        return await asyncio.gather(*running)
    finally:
        await executor.close()
        await bench.close()


async def pid_of(actor: Any) -> int:
    return int(await actor.__ray_call__.remote(lambda worker: os.getpid()))


async def until(condition: Callable[[], bool | Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while True:
            held = condition()
            if held if isinstance(held, bool) else await held:
                return
            await asyncio.sleep(0.05)


async def nothing(executor: OnRay) -> None:
    del executor


def test_a_cluster_of_our_own_gives_the_rows_of_this_machine(few_cases: Path, site: Settings, tmp_path: Path) -> None:
    temporary = Path("/tmp") / f"consult-test-{os.getpid()}"  # short: sockets stand below it
    temporary.mkdir()
    command = [
        *(sys.executable, "-c", "from consult.cli import main; main()", "replay", str(few_cases), "--engine", "rules"),
        *("--home", str(site.home_path), "--concurrency", "2", "--executor", "ray", "--out", str(tmp_path / "there")),
    ]
    environment = {**os.environ, "TMPDIR": str(temporary), "HOME": str(tmp_path)}
    environment.pop("RAY_ADDRESS", None)
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert "ray" not in done.stderr.lower()  # it has nothing to say to whom replays cases
    assert not (tmp_path / ".ray").exists()
    assert list(temporary.iterdir()) == []
    temporary.rmdir()
    with Results(tmp_path / "here") as results:
        asyncio.run(run_replay(few_cases, results, arms_of([], site, engine="rules"), settings=site))
    there, here = ({row.case: row for row in read_rows(tmp_path / name)} for name in ("there", "here"))
    assert sorted(there) == sorted(FEW)
    assert {case: row.model_copy(update={"seconds": "0"}) for case, row in there.items()} == {
        case: row.model_copy(update={"seconds": "0"}) for case, row in here.items()
    }
    assert (tmp_path / "there" / "summary.json").read_bytes() == (tmp_path / "here" / "summary.json").read_bytes()


def test_lines_that_workers_read_give_the_rows_of_this_machine(cluster: Any, site: Settings, tmp_path: Path) -> None:
    """Equal ids, the same case twice, a broken line, a name as an id."""
    result = {"name": "Potassium", "value": "6.9", "unit": "mmol/L"}
    sent = [{"id": id, "observations": [result | {"value": value}]} for id, value in (("A", "6.9"), ("B", "3.1"))]
    sent += [sent[0], {"id": "A", "observations": [result]}, {"id": "A", "observations": [result | {"value": "2.1"}]}]
    sent += [{"id": NAME, "subject": {"name": NAME}, "observations": [result]}]
    path = tmp_path / "cases.ndjson"
    path.write_text("\n".join([*(json.dumps(one) for one in sent), "{broken"] * 3), encoding="utf-8")
    for name, executor in (("there", "ray"), ("here", "local")):
        options = Options(executor=executor, concurrency=2)  # type: ignore[arg-type]
        with Results(tmp_path / name) as results:
            asyncio.run(run_replay(path, results, arms_of([], site, engine="rules"), settings=site, options=options))
    there, here = (
        {row.case: row.model_copy(update={"seconds": "0"}) for row in read_rows(tmp_path / name)}
        for name in ("there", "here")
    )
    assert there == here
    assert len(here) >= 5
    assert NAME not in (tmp_path / "there" / "results.jsonl").read_text(encoding="utf-8")


def test_a_worker_that_is_killed_loses_nothing(cluster: Any, few_cases: Path, site: Settings) -> None:
    async def kill(executor: OnRay) -> None:
        os.kill(await pid_of(executor._hands[0].actor), signal.SIGKILL)

    given = pairs(few_cases, site, 12)
    outcomes = asyncio.run(worked(arms_of([], site), given, concurrency=2, meanwhile=kill))
    assert [outcome.row.status for outcome in outcomes] == ["ok"] * len(given)
    assert [outcome.row.case for outcome in outcomes] == [pair.id for pair in given]
    assert all(NAME not in outcome.row.model_dump_json() for outcome in outcomes)


def test_limits_hold_over_all_workers(cluster: Any, few_cases: Path, site: Settings) -> None:
    with ModelServer(agreeing, latency=0.15) as server:
        model = one_model(server.base_url, limits={"concurrency": 3})
        said = {"models": {"m": model}, "agents": {"default": {"model": "m"}}}
        asking = Settings.load(home=site.home_path, **said)
        most = 0

        async def kill(executor: OnRay) -> None:
            nonlocal most
            await until(lambda: len(executor._hands) == 2)
            keeper, hand = executor._keeper, executor._hands[1]
            await until(lambda: _holds(keeper, hand.name))
            most = server.most_in_flight
            os.kill(await pid_of(hand.actor), signal.SIGKILL)
            await until(lambda: hand.dead)
            assert not (await keeper.inside.remote())[hand.name]

        given = pairs(few_cases, site, 2)
        arms = [Arm(name, asking) for name in ("panel", "twin")]
        both = [*given, *(Pair(p.id, p.case_hash, p.case, p.expected, "twin") for p in given)]
        outcomes = asyncio.run(worked(arms, both, concurrency=8, meanwhile=kill))
    assert most == 3
    assert [outcome.row.status for outcome in outcomes] == ["ok"] * len(both)
    assert all(outcome.row.usage.calls for outcome in outcomes)


async def _holds(keeper: Any, worker: str) -> bool:
    return bool((await keeper.inside.remote()).get(worker))


def test_a_machine_that_is_lost_loses_nothing(cluster: Any, few_cases: Path, site: Settings) -> None:
    async def pull_the_plug(executor: OnRay) -> None:
        await until(lambda: len(executor._hands) == 2)
        (machine,) = cluster.worker_nodes
        await asyncio.to_thread(cluster.remove_node, machine, allow_graceful=False)

    given = pairs(few_cases, site, 30)
    outcomes = asyncio.run(worked(arms_of([], site), given, concurrency=2, meanwhile=pull_the_plug))
    assert [outcome.row.status for outcome in outcomes] == ["ok"] * len(given)


class Doubtful:
    """In the place of a cluster: its workers die of one case, and say of themselves what a test says."""

    processors = 1

    def __init__(self, deadly: str = "", **told: Any) -> None:
        self.deadly, self.told = deadly, told
        self.begun = self.ended = 0

    def worker(self, kind: type, name: str, keeper: Any, *, at_once: int) -> Any:
        self.begun += 1
        dead: list[bool] = []

        async def begin(arms: bytes) -> bytes:
            return json.dumps({"version": __version__, **self.told}).encode()

        async def work(frame: bytes) -> bytes:
            pair = pair_from(frame)
            await asyncio.sleep(0)
            if dead or pair.id == self.deadly:
                dead.append(True)
                raise ray.exceptions.ActorDiedError
            return outcome_frame(Outcome(row(pair.id)))

        return SimpleNamespace(begin=SimpleNamespace(remote=begin), work=SimpleNamespace(remote=work))

    def end(self, actor: Any) -> None:
        self.ended += 1

    def close(self) -> None:
        assert self.ended == self.begun


def doubted(session: Doubtful, given: list[Pair], site: Settings, monkeypatch: pytest.MonkeyPatch) -> list[Outcome]:
    arms = arms_of([], site)
    bench = Bench(arms)
    session.told = {"arms": dict(bench.hashes), **session.told}
    monkeypatch.setattr(Session, "open", lambda processors: session)
    return asyncio.run(worked(arms, given, concurrency=1, meanwhile=nothing, bench=bench))


def test_who_kills_two_workers_is_a_row_and_who_waited_there_is_not(
    few_cases: Path, site: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = Doubtful(deadly=FEW[1])
    outcomes = doubted(session, pairs(few_cases, site), site, monkeypatch)
    assert [outcome.row.case for outcome in outcomes] == list(FEW)
    assert [outcome.row.error for outcome in outcomes] == ["", "the worker that worked on it died, twice", "", ""]
    assert session.begun == 3


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"version": "0.0.1"}, "a worker runs consult 0.0.1"),
        ({"arms": {"panel": "x"}}, "a worker has other rules"),
        ({"problem": "there is no content"}, "there is no content"),
    ],
)
def test_a_worker_that_would_not_do_the_same_is_refused(
    told: dict[str, Any], said: str, few_cases: Path, site: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConsultationError, match=said):
        doubted(Doubtful(**told), pairs(few_cases, site), site, monkeypatch)


def test_a_keeper_gives_back_what_the_dead_hold() -> None:
    async def act() -> None:
        keeper, limits = Keeper(), {"concurrency": 1}
        assert await keeper.enter("one", "m", limits, 1.0)
        assert not await keeper.enter("two", "m", limits, 0.01)
        waiting = asyncio.create_task(keeper.enter("one", "m", limits, 5.0))
        await asyncio.sleep(0)
        await keeper.gone("one")
        assert not await waiting  # it asked before it died, and must not be given anything
        assert await keeper.enter("two", "m", limits, 1.0)
        assert await keeper.inside() == {"two": 1}
        await keeper.leave("two", "m")
        await keeper.leave("two", "m")
        assert await keeper.enter("three", "m", limits, 1.0)

    asyncio.run(act())


def test_what_cannot_be_is_said_at_once(site: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    arms = arms_of([], site)
    bench = Bench(arms)
    monkeypatch.setattr(ray, "is_initialized", lambda: False)
    monkeypatch.setenv("RAY_ADDRESS", "ray://somewhere:10001")
    with pytest.raises(UsageError, match="ray://"):
        OnRay(arms, bench)
    monkeypatch.setenv("RAY_ADDRESS", "127.0.0.1:1")
    with pytest.raises(ConsultationError, match="nobody answers at RAY_ADDRESS"):
        OnRay(arms, bench)
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtra, match=r"consult-mdt\[ray\]"):
        OnRay(arms, bench)
    asyncio.run(bench.close())
