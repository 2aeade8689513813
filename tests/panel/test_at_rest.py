"""A whole encrypted home: models, cache, recording, checkpoints; nothing in clear, nothing open, all of it purged."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from consult.case import Case
from consult.errors import ConsultationError, NotFound, SettingsError, UsageError
from consult.panel import Event, Panel, purge, rewrite_home, state_of_home
from consult.review import Consultation, Purge, Store
from consult.settings import Settings
from consult.storage import new_key, open_files
from consult.testing import ModelServer, PanelModel

MARKS = ["Quellbach", "MRN-0047-11", "Weakness for two days", "Ottilie", "6.8765"]


def case() -> Case:
    identity = {
        "name": "Ottilie Quellbach", "identifiers": ["MRN-0047-11"],
        "terms": [{"kind": "name", "text": "Ottilie Quellbach"}, {"kind": "identifier", "text": "MRN-0047-11"}],
    }  # fmt: skip
    potassium = {"name": "Potassium", "value": "6.8765", "unit": "mmol/L", "effective": "2026-05-04T06:30:00+02:00",
                 "status": "final"}  # fmt: skip
    return Case.read(
        {
            "patient": {"sex": "female", "age_years": 63}, "identity": identity, "observations": [potassium],
            "history": "Weakness for two days, told by Ottilie Quellbach herself.",
        }
    )  # fmt: skip


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer(PanelModel()) as running:
        yield running


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    file = tmp_path / "storage.key"
    file.write_text(new_key())
    file.chmod(0o600)
    return file


def site(home: Path, server: ModelServer, tape: Path, **storage: Any) -> Settings:
    return Settings.load(
        home=home,
        models={"m": {"provider": "openai", "base_url": server.base_url, "model": "m"}},
        agents={"default": {"model": "m"}},
        cache={"enabled": True},
        recording={"mode": "record", "path": tape},
        storage=storage,
    )


def consulted(settings: Settings) -> Consultation:
    before = os.umask(0)
    try:
        with Panel.from_settings(settings) as panel:
            return panel.consult(case())
    finally:
        os.umask(before)


def in_clear(*roots: Path) -> list[str]:
    files = [file for root in roots for file in ([root] if root.is_file() else root.rglob("*")) if file.is_file()]
    data = b"".join(file.read_bytes() for file in files if "index" not in file.parts)
    return [mark for mark in MARKS if mark.encode() in data]


def answers(home: Path) -> int:
    with closing(sqlite3.connect(home / "replies.sqlite")) as connection:
        return int(connection.execute("SELECT count(*) FROM answers").fetchone()[0])


def test_an_encrypted_home_holds_nothing_in_clear_and_nothing_open(
    home: Path, server: ModelServer, tmp_path: Path, key_file: Path
) -> None:
    tape = tmp_path / "tape.jsonl"
    settings = site(home, server, tape, encryption="aes-256-gcm", key_file=key_file)
    drafted = consulted(settings)
    assert drafted.usage.calls > 2
    assert in_clear(home, tape) == []
    assert open_files(home) == []
    assert tape.stat().st_mode & 0o777 == 0o600
    assert all(line.startswith(b"sealed:1:") for line in tape.read_bytes().splitlines())
    asked = len(server.requests)
    again = consulted(settings)
    assert again.usage.replayed_calls == again.usage.calls  # the cache opens
    assert len(server.requests) == asked
    replaying = settings.model_copy(
        update={"recording": settings.recording.model_copy(update={"mode": "replay"}), "cache": type(settings.cache)()}
    )
    assert consulted(replaying).plan == drafted.plan
    with pytest.raises(UsageError, match="encrypted with key"):
        consulted(replaying.model_copy(update={"home": tmp_path / "other", "storage": type(settings.storage)()}))
    with pytest.raises(SettingsError, match="this home is encrypted"):
        consulted(settings.model_copy(update={"storage": type(settings.storage)()}))


def test_a_home_in_clear_is_encrypted_and_opened_again(
    home: Path, server: ModelServer, tmp_path: Path, key_file: Path
) -> None:
    tape = tmp_path / "tape.jsonl"
    plain = site(home, server, tape)
    drafted = consulted(plain)
    assert in_clear(home, tape) != []
    sealed = site(home, server, tape, encryption="aes-256-gcm", key_file=key_file)
    with Store.from_settings(sealed) as store:
        assert state_of_home(sealed, store)["outdated"]
        count, erased = rewrite_home(sealed, store, by="root")
        assert count
        assert erased
        assert in_clear(home, tape) == []
        assert store.get(drafted.id) == drafted
        assert state_of_home(sealed, store)["outdated"] == 0
    off = site(home, server, tape, key_file=key_file)
    with Store.from_settings(off) as store:
        rewrite_home(off, store, by="root")
    with Store.from_settings(plain) as store:
        assert store.get(drafted.id) == drafted


@pytest.mark.parametrize("sealed", [False, True])
def test_a_purge_reaches_cache_and_recording_and_spares_those_of_others(
    home: Path, server: ModelServer, tmp_path: Path, key_file: Path, sealed: bool
) -> None:
    tape = tmp_path / "tape.jsonl"
    storage: dict[str, Any] = {"encryption": "aes-256-gcm", "key_file": key_file} if sealed else {}
    settings = site(home, server, tape, **storage)
    drafted = consulted(settings)
    lines, kept = len(tape.read_bytes().splitlines()), answers(home)
    assert lines == kept == drafted.usage.calls
    with Panel.from_settings(settings) as panel:
        other = panel.consult(Case.read({"observations": [{"name": "Sodium", "value": "128", "unit": "mmol/L"}]}))
    with Store.from_settings(settings) as store:
        done, erased = purge(settings, store, Purge(store).named([drafted.id]), by="root", because="named")
        assert [one.id for one in done.consultations] == [drafted.id]
        assert erased
        assert store.get(other.id) == other
    assert len(tape.read_bytes().splitlines()) == other.usage.calls
    assert answers(home) <= other.usage.calls
    assert in_clear(home, tape) == []
    assert open_files(home) == []


def test_checkpoints_of_an_interrupted_run_are_sealed_bound_and_purged(
    home: Path, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings.load(home=home, storage={"encryption": "aes-256-gcm", "key_file": key_file})
    ids = []
    for _ in range(2):
        with monkeypatch.context() as broken, Panel.from_settings(settings) as panel:
            broken.setattr(panel.store, "save_draft", _fails)
            with pytest.raises(ConsultationError, match="OSError") as raised:
                panel.consult(case())
            ids.append(str(raised.value.consultation))
    assert in_clear(home) == []
    with closing(sqlite3.connect(home / "checkpoints.sqlite")) as connection, connection:
        kinds = connection.execute("SELECT type FROM checkpoints UNION SELECT type FROM writes").fetchall()
        assert all(kind.endswith("+sealed") for (kind,) in kinds)
    with Panel.from_settings(settings) as panel:
        assert panel.resume(ids[0]).status == "awaiting-review"
        purge(settings, panel.store, Purge(panel.store).named([ids[1]]), by="root", because="named")
    with closing(sqlite3.connect(home / "checkpoints.sqlite")) as connection:
        left = connection.execute("SELECT thread_id FROM checkpoints UNION SELECT thread_id FROM writes").fetchall()
    assert left == []


def _fails(*_: object, **__: object) -> None:
    raise OSError("disk")


def test_a_damaged_recording_is_not_half_cut(home: Path, server: ModelServer, tmp_path: Path) -> None:
    tape = tmp_path / "tape.jsonl"
    settings = site(home, server, tape)
    drafted = consulted(settings)
    tape.write_bytes(tape.read_bytes() + b"{torn\n")
    before = tape.read_bytes()
    with Store.from_settings(settings) as store:
        with pytest.raises(UsageError, match="nothing was changed"):
            purge(settings, store, Purge(store).named([drafted.id]), by="root", because="named")
        assert store.get(drafted.id)
    assert tape.read_bytes() == before


def test_a_home_without_anything_beside_the_store_is_purged_too(new_home: Callable[[], Path]) -> None:
    settings = Settings.load(home=new_home())
    with Panel.from_settings(settings) as panel:
        drafted = panel.consult(case())
        assert purge(settings, panel.store, Purge(panel.store).named([drafted.id]), by="root", because="named")[1]
    assert in_clear(settings.home_path) == []


def test_a_run_that_is_purged_while_it_runs_leaves_nothing(new_home: Callable[[], Path]) -> None:
    settings = Settings(home=new_home())

    def purged(event: Event) -> None:
        if event.kind == "started":
            purge(settings, panel.store, Purge(panel.store).named([event.consultation]), by="Office", because="named")

    with Panel.from_settings(settings) as panel, pytest.raises(NotFound, match="was purged"):
        panel.consult_with(case(), on_event=purged)
    with closing(sqlite3.connect(settings.home_path / "checkpoints.sqlite")) as connection:
        for table in ("checkpoints", "writes"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
