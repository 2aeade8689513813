"""Presidio as a further detector (extra `presidio`): loaded when a site asks for it, since that takes seconds."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from consult.errors import MissingExtra
from consult.privacy._detect import Detector, Found, Kind

_KINDS: dict[str, Kind] = {
    "PERSON": "name",
    "LOCATION": "address",
    "ORGANIZATION": "organisation",
    "PHONE_NUMBER": "phone",
    "URL": "other",
    "IP_ADDRESS": "other",
}
"""Presidio's entities; every other one is a number that stands for somebody."""
_LEFT_OUT = frozenset(
    {
        "DATE_TIME",
        "NRP",
        "MEDICAL_LICENSE",
        "CRYPTO",
        "US_DRIVER_LICENSE",
        "US_BANK_NUMBER",
        "US_PASSPORT",
        "US_ITIN",
        "UK_NHS",
    }
)
"""Entities of which medicine is full, or whose recognisers take any number for one."""


class PresidioDetector:
    """Presidio's pattern recognisers; with a spaCy model, its names and places too."""

    def __init__(self, *, model: str | None = None) -> None:
        """Load it.

        Args:
            model: name of an installed spaCy model such as `en_core_web_lg`; None: patterns alone.

        Raises:
            MissingExtra: Presidio, or that model, is not installed.
        """
        if find_spec("presidio_analyzer") is None or (model is not None and find_spec(model) is None):
            raise MissingExtra("presidio", "the detector 'presidio'")
        self._analyzer = _analyzer(model)

    def find(self, text: str) -> Iterator[Found]:
        """Places in `text`, with Presidio's own scores."""
        for one in self._analyzer.analyze(text, language="en"):
            if one.entity_type not in _LEFT_OUT:
                yield Found(_KINDS.get(one.entity_type, "id"), one.start, one.end, one.score)


@functools.lru_cache(maxsize=2)
def _analyzer(model: str | None) -> Any:
    presidio, engines, spacy = (
        import_module(name) for name in ("presidio_analyzer", "presidio_analyzer.nlp_engine", "spacy")
    )

    class Blank(engines.SpacyNlpEngine):  # type: ignore[misc, name-defined]
        """spaCy's tokens without any model: nothing has to be downloaded."""

        def load(self) -> None:
            self.nlp = {"en": spacy.load(model) if model is not None else spacy.blank("en")}

    registry = presidio.RecognizerRegistry()
    registry.load_predefined_recognizers(languages=["en"])
    registry.remove_recognizer("EmailRecognizer")  # it asks the network for a list of domains; ours needs none
    engine = Blank(models=[{"lang_code": "en", "model_name": model or "blank"}])
    engine.load()
    return presidio.AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=["en"])


def load_detectors(names: Sequence[str]) -> tuple[Detector, ...]:
    """The further detectors that a site names: `presidio`, or `presidio:<spaCy model>`.

    Raises:
        MissingExtra: one is not installed.
    """
    return tuple(PresidioDetector(model=name.partition(":")[2] or None) for name in names)
