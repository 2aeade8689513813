"""Units and ranges in which a sender had to escape its own separators."""

from __future__ import annotations

from consult.case import Case


def test_what_is_read_is_what_was_meant() -> None:
    message = (
        "MSH|^~\\&|LIS|LAB|||20260302120000+0000||ORU^R01|1|P|2.5.1\rPID|1||4711^^^LAB\r"
        "OBR|1||7|CBC^Blood count|||20260302080000+0000\r"
        "OBX|1|NM|PLT^Platelets||96|10\\S\\9/L|125\\R\\350|L|||F\r"
    )
    [platelets] = Case.read(message).observations
    assert (platelets.analyte, platelets.value, platelets.unit, platelets.flag) == ("plt", "96", "10*9/L", "L")
    assert (platelets.reported.unit, platelets.reported.range) == (r"10\S\9/L", r"125\R\350")
    assert (platelets.reported.unit_shown, platelets.reported.range_shown) == ("10^9/L", "125~350")
