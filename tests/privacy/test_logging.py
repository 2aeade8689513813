"""Nothing that names the patient reaches a log."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest

from consult.case import Identity
from consult.privacy import Gateway, RedactingFilter


@pytest.fixture
def log() -> Iterator[tuple[logging.Logger, io.StringIO]]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s %(ward)s", defaults={"ward": "-"}))
    handler.addFilter(RedactingFilter(Gateway(Identity(name="Anna Muster", identifiers=["7005728"]))))
    logger = logging.Logger("test")
    logger.addHandler(handler)
    yield logger, stream
    handler.close()


def test_message_and_arguments(log: tuple[logging.Logger, io.StringIO]) -> None:
    log[0].warning("patient %s has %d results", "Anna Muster", 3)
    assert log[1].getvalue() == "WARNING patient [name-1] has 3 results -\n"


def test_extra_texts(log: tuple[logging.Logger, io.StringIO]) -> None:
    log[0].info("seen", extra={"ward": "room of Muster", "count": 7005728})
    assert log[1].getvalue() == "INFO seen room of [name-1]\n"


def test_tracebacks_and_stacks(log: tuple[logging.Logger, io.StringIO]) -> None:
    try:
        raise ValueError("no such patient: 7005728 Anna Muster")
    except ValueError:
        log[0].exception("failed", stack_info=True)
    text = log[1].getvalue()
    assert "ValueError: no such patient: [id-1] [name-1]" in text
    assert "Traceback" in text
    assert "Stack (most recent call last)" in text
    # The source line that raised stands in the traceback too.
    assert "Muster" not in text.replace("test_logging", "")


def test_arguments_that_do_not_fit_lose_nothing(log: tuple[logging.Logger, io.StringIO]) -> None:
    log[0].error("Muster %d", "x")
    assert "[name-1] %d" in log[1].getvalue()
