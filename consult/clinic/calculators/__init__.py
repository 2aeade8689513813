"""Calculators: scores and formulas of three specialties, each with its source. Free of cases and of models.

```python
score = CALCULATORS["curb65"]
outcome = run(score, read_inputs(score, {"urea": "20 mg/dL{BUN}", "rr": "32", …}, catalog))
outcome.value, outcome.band, outcome.missing
```
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from consult.clinic.calculators import (
    _acid_base,
    _acute,
    _bleeding_and_clots,
    _blood_emergencies,
    _body,
    _clotting,
    _copd,
    _electrolytes,
    _embolism,
    _gas_exchange,
    _general,
    _heart,
    _kidney,
    _lipids,
    _liver,
    _lungs,
    _lymphoid,
    _metabolism,
    _myeloid,
    _pleura,
    _pneumonia,
    _proteins,
    _red_cells,
    _statistics,
)
from consult.clinic.calculators._kit import (
    Band,
    Calculator,
    Choice,
    Flag,
    Given,
    Input,
    NotApplicable,
    Option,
    Quantity,
    Value,
    Words,
)
from consult.clinic.calculators._run import Outcome, in_unit, missing_of, plausible, read_inputs, run

_MODULES = (
    _acid_base,
    _acute,
    _bleeding_and_clots,
    _blood_emergencies,
    _body,
    _clotting,
    _copd,
    _electrolytes,
    _embolism,
    _gas_exchange,
    _general,
    _heart,
    _kidney,
    _lipids,
    _liver,
    _lungs,
    _lymphoid,
    _metabolism,
    _myeloid,
    _pleura,
    _pneumonia,
    _proteins,
    _red_cells,
    _statistics,
)

CALCULATORS: Mapping[str, Calculator] = MappingProxyType(
    {one.name: one for one in sorted((one for m in _MODULES for one in m.CALCULATORS), key=lambda one: one.name)}
)
"""All of them by name."""

__all__ = [
    "CALCULATORS",
    "Band",
    "Calculator",
    "Choice",
    "Flag",
    "Given",
    "Input",
    "NotApplicable",
    "Option",
    "Outcome",
    "Quantity",
    "Value",
    "Words",
    "in_unit",
    "missing_of",
    "plausible",
    "read_inputs",
    "run",
]
