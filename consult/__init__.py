"""A hospital's multidisciplinary consultation as a library: facts computed, opinions cited, the doctor signs.

    from consult import Case, Panel

    panel = Panel.from_settings()
    consultation = panel.consult(Case.read("message.hl7"))

Names are imported when first used: `import consult` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from consult._version import __version__
    from consult.case import Case
    from consult.errors import (
        CaseError,
        ConsultationError,
        ConsultError,
        ContentError,
        MissingExtra,
        NotFound,
        ReviewError,
        SettingsError,
        UsageError,
    )
    from consult.panel import Event, Panel
    from consult.plan import Plan
    from consult.review import Consultation, SigningKey
    from consult.settings import Settings

_HOME = {
    "Case": "consult.case",
    "CaseError": "consult.errors",
    "ConsultError": "consult.errors",
    "Consultation": "consult.review",
    "ConsultationError": "consult.errors",
    "ContentError": "consult.errors",
    "Event": "consult.panel",
    "MissingExtra": "consult.errors",
    "NotFound": "consult.errors",
    "Panel": "consult.panel",
    "Plan": "consult.plan",
    "ReviewError": "consult.errors",
    "Settings": "consult.settings",
    "SettingsError": "consult.errors",
    "SigningKey": "consult.review",
    "UsageError": "consult.errors",
    "__version__": "consult._version",
}

__all__ = [
    "Case",
    "CaseError",
    "ConsultError",
    "Consultation",
    "ConsultationError",
    "ContentError",
    "Event",
    "MissingExtra",
    "NotFound",
    "Panel",
    "Plan",
    "ReviewError",
    "Settings",
    "SettingsError",
    "SigningKey",
    "UsageError",
    "__version__",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'consult' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
