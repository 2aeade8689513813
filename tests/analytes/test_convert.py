"""Values brought to the canonical unit."""

from __future__ import annotations

from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult.analytes import Catalog, UnitError
from consult.analytes._convert import canonical_measure
from consult.analytes._dimensions import measure
from consult.errors import NotFound

# analyte, value, unit, canonical value
CONVERSIONS = [
    ("hgb", "15.2", "g/dL", "152"),
    ("hgb", "15.0", "g/dL", "150"),
    ("hgb", "9.4", "mmol/L", "151"),
    ("hgb", "148", "g/L", "148"),
    ("hct", "45.1", "%", "0.451"),
    ("hct", "0.44", "L/L", "0.44"),
    ("mcv", "100", "um^3", "100"),
    ("mchc", "33.6", "g/dL", "336"),
    ("wbc", "6200", "/uL", "6.2"),
    ("wbc", "6.20", "10*3/uL", "6.20"),
    ("plt", "274000", "/mm3", "274"),
    ("neut", "450", "/uL", "0.45"),
    ("glu", "89", "mg/dL", "4.94"),
    ("crea", "1.0", "mg/dL", "88.4"),
    ("crea", "83.77439281", "mg/dL", "7405.93"),
    ("ca", "10.2", "mg/dL", "2.545"),
    ("mg", "2.0", "mg/dL", "0.823"),
    ("mg", "1.5", "mEq/L", "0.75"),
    ("na", "140", "mEq/L", "140"),
    ("tbil", "1.0", "mg/dL", "17.1"),
    ("chol", "200", "mg/dL", "5.173"),
    ("tg", "150", "mg/dL", "1.694"),
    ("iron", "100", "ug/dL", "17.91"),
    ("b12", "200", "pg/mL", "147.6"),
    ("folate", "4.0", "ng/mL", "9.06"),
    ("urea", "20", "mg/dL{BUN}", "7.14"),
    ("urea", "43", "mg/dL{urea}", "7.16"),
    ("urea", "18.7", "mmol/L", "18.7"),
    ("urate", "7.0", "mg/dL", "416"),
    ("hba1c", "48", "mmol/mol", "6.54"),
    ("hba1c", "6.5", "%", "6.5"),
    ("paco2", "6.8", "kPa", "51"),
    ("pao2", "9.2", "kPa", "69"),
    ("fio2", "28", "%", "0.28"),
    ("tsat", "0.08", "fraction", "8"),
    ("ddimer", "350", "ng/mL FEU", "0.35"),
    ("alt", "1.2", "ukat/L", "72"),
    ("alt", "85", "IU/L", "85"),
    ("ige", "285", "kU/L", "285"),
    ("tsh", "2.5", "uIU/mL", "2.5"),
    ("hstni", "0.12", "ng/mL", "120"),
    ("crp", "1.5", "mg/dL", "15"),
    ("pct", "0.50", "ng/mL", "0.50"),
    ("uacr", "3.4", "mg/mmol", "30.1"),
    ("temp", "102", "F", "38.89"),
    ("temp", "98.6", "°F", "37"),
    ("fib", "320", "mg/dL", "3.2"),
    ("osm", "290", "mmol/kg", "290"),
    ("plcrit", "1.40", "mL/L", "0.14"),
]


@pytest.mark.parametrize(("key", "value", "unit", "canonical"), CONVERSIONS)
def test_conversions(catalog: Catalog, key: str, value: str, unit: str, canonical: str) -> None:
    found = catalog.convert(key, Decimal(value), unit)
    assert str(found.value) == canonical
    assert found.unit == catalog[key].unit


REFUSED = [
    ("hba1c", "mg/dL", "incompatible"),
    ("hgb", "10*9/L", "incompatible"),
    ("wbc", "/HPF", "incompatible"),
    ("inr", "%", "incompatible"),
    ("pt", "%", "incompatible"),
    ("gm", "%", "incompatible"),
    ("tsh", "U/g", "incompatible"),
    ("cea", "U/mL", "incompatible"),
    ("k", None, "missing"),
    ("k", "  ", "missing"),
    ("hct", None, "missing"),
    ("k", "bananas", "unknown"),
    ("ddimer", "mg/L", "basis"),
    ("ddimer", "ng/mL", "basis"),
    ("ddimer", "mg/L{DDU}", "scale"),
    ("urea", "mg/dL", "basis"),
    ("glu", "g/g", "incompatible"),
    ("uacr", "%", "incompatible"),
    ("hba1c", "mg/g", "incompatible"),
]


@pytest.mark.parametrize(("key", "unit", "reason"), REFUSED)
def test_refused(catalog: Catalog, key: str, unit: str | None, reason: str) -> None:
    with pytest.raises(UnitError) as caught:
        catalog.convert(key, Decimal(5), unit)
    assert caught.value.reason == reason


@pytest.mark.parametrize("key", ["ph", "inr", "flc_ratio", "pf_ph", "gm"])
def test_pure_numbers_need_no_unit(catalog: Catalog, key: str) -> None:
    assert catalog.convert(key, Decimal("1.10"), None).value == Decimal("1.10")


def test_an_unknown_analyte_is_not_found(catalog: Catalog) -> None:
    with pytest.raises(NotFound):
        catalog.convert("nonsense", Decimal(1), "g/L")


def test_the_callers_decimal_context_does_not_matter(catalog: Catalog) -> None:
    with localcontext(prec=2):
        assert str(catalog.convert("crea", Decimal("1.00"), "mg/dL").value) == "88.4"


@given(
    st.sampled_from(
        ["hgb", "crea", "glu", "urea", "tbil", "iron", "chol", "ca", "paco2", "alt", "hct", "ft4", "cortisol"]
    ),
    st.decimals(min_value="1.00", max_value="999", places=2),
)
def test_there_and_back(catalog: Catalog, key: str, value: Decimal) -> None:
    analyte = catalog[key]
    other = {"paco2": "kPa", "alt": "ukat/L", "hct": "%", "urea": "mg/dL{BUN}"}.get(key, "mg/dL")
    forward = catalog.convert(key, value, other).value
    canonical, sent = canonical_measure(analyte), measure(other)
    assert sent is not None
    if forward == 0:
        return
    one = catalog.convert(key, Decimal("1.00000"), other).value
    back = forward / one
    assert abs(back - value) <= value * Decimal("0.006")
    assert canonical.code == analyte.unit


@given(st.decimals(min_value="0.001", max_value="99999", places=3))
def test_the_canonical_unit_changes_nothing(catalog: Catalog, value: Decimal) -> None:
    for key in ("hgb", "na", "ddimer", "egfr"):
        assert catalog.convert(key, value, catalog[key].unit).value == value


def test_every_factor_and_molar_mass_is_used(catalog: Catalog) -> None:
    for key in catalog:
        for unit in catalog[key].factors:
            found = catalog.convert(key, Decimal("1.0000"), unit)
            assert found.how in {"factor", "same"}
            assert found.value != 0
