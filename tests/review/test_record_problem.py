"""A record as it stands in the store is judged as its export is."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from value_kit import Site

from consult.review import export_json, record_problem, verify_document


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    opened = Site(tmp_path / "home")
    yield opened
    opened.store.close()


def test_a_draft_a_decided_and_a_signed_record_hold(site: Site) -> None:
    for one in (site.drafted(), site.decide(site.drafted()), site.signed(site.drafted())):
        known = site.store.get(one.id)
        assert record_problem(known, trusted=site.store.keyring, store=site.store) is None


def test_what_was_noted_after_the_signature_is_no_problem(site: Site) -> None:
    signed = site.signed(site.drafted())
    site.store.record(signed.id, "exported", format="pdf")
    known = site.store.get(signed.id)
    assert record_problem(known, trusted=site.store.keyring, store=site.store) is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE consultation SET document = replace(document, 'A film', 'No film')",
        "UPDATE consultation SET document = replace(document, '\"signed\"', '\"reviewed\"')",
        'UPDATE consultation SET document = replace(document, \'"version":"0"\', \'"version":"9"\')',
        "UPDATE decision SET body = replace(body, 'accept', 'reject') WHERE seq = 1",
        "UPDATE audit SET body = replace(body, 'Wren', 'Bones')",
        "DELETE FROM audit WHERE seq = 2",
        "DELETE FROM signature",
        'UPDATE signature SET body = replace(body, \'"signature":"\', \'"signature":"AA\')',
    ],
)
def test_a_record_that_was_changed_does_not_hold(site: Site, statement: str) -> None:
    id = site.signed(site.drafted()).id
    site.store.close()
    with closing(sqlite3.connect(site.home / "consult.sqlite")) as connection:
        assert connection.execute(statement).rowcount
        connection.commit()
    known = site.store.get(id)
    told = verify_document(export_json(known), trusted=site.store.keyring, store=site.store)
    failed = {check.name for check in told.checks if not check.ok}
    assert failed
    assert record_problem(known, trusted=site.store.keyring, store=site.store) in failed
