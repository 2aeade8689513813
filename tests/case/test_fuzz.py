"""Whatever the bytes: a case, a sentence, or `CaseError`. Never another error, never a lost count."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consult.analytes import Catalog
from consult.case import read_cases
from consult.errors import CaseError

SEED = b"\r".join(
    [
        b"MSH|^~\\&|LIS|Lab|HIS|W|20260302120000||ORU^R01^ORU_R01|M1|P|2.5.1||||||8859/1",
        b"PID|1||884422^^^NIRG^MR~X&1||Zorblax^Quentina||19800115|F|||12 Lane^^Town||(562)5551555",
        b"NTE|1||note \\.br\\ \\X0D\\",
        b"PV1|1|I|W^1^2",
        b"ORC|RE|PL1234|FL1234",
        b"OBR|1|PL1234|FL1234|CBC^Count^L|||20260301||||||||BLD&Blood|1^Moon^Jo||||||||HEM|F",
        b"OBX|1|NM|718-7^Hemoglobin^LN||9.6|g/dL|12.0-15.5|L|||F|||20260301",
        b"OBX|2|SN|X^Titre^L||=^1^:^640||<10 = Negative|POS|||C",
        b"OBX|3|CWE|Y^Z^L||1^Positive^SCT~2^B^L|||A|||F",
        b"OBX|4|TX|T^Text^L||words~more words||||||P",
        b"SPM|1|||BLD^Blood^L|||||||||||||20260301",
        b"DG1|1||D50^Anaemia^I10",
        b"AL1|1||^Penicillin",
        b"BTS|1",
        b"",
    ]
)
MARKS = [b"|", b"^", b"~", b"\\", b"&", b"\r", b"\n", b"\r\n", b"\x0b", b"\x1c\r"]
STARTS = [b"MSH|", b"MSH|^~\\&|", b"PID|", b"OBX|1|NM|", b"OBR|"]
BYTES = [b"\x00", b"\xff", b"\xe8\xa1", b"\xd1\xaa", b"\xff\xfe", b"\x1b$B", b"\xe2\x80\xae\xe2\x85\xa7\xd9\xa3"]
WORDS = [b"0", b"9" * 40, b"-", b"<", b"e9999", b"\\X", b"\\.sp9\\", b"+9959", b'""', b"NaN", b"\\XD8\\"]
ATOMS = st.sampled_from([*MARKS, *STARTS, *BYTES, *WORDS])
EDITS = st.lists(
    st.tuples(st.integers(0, len(SEED)), st.integers(0, 30), st.one_of(ATOMS, st.binary(max_size=8))),
    min_size=1,
    max_size=8,
)


def mutated(edits: list[tuple[int, int, bytes]]) -> bytes:
    data = SEED
    for position, length, piece in edits:
        data = data[:position] + piece + data[position + length :]
    return data


@settings(
    max_examples=400,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(edits=EDITS)
def test_mutated_messages(catalog: Catalog, edits: list[tuple[int, int, bytes]]) -> None:
    try:
        found = read_cases(mutated(edits), catalog=catalog)
    except CaseError:
        return
    assert found.cases or found.problems
    for case in found.cases:
        assert read_cases(case.model_dump_json(), catalog=catalog).cases[0].id == case.id


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(value=st.text(max_size=40), unit=st.text(max_size=12), limits=st.text(max_size=20))
def test_any_text_as_a_result(catalog: Catalog, value: str, unit: str, limits: str) -> None:
    document = {"observations": [{"name": "Hemoglobin", "value": value, "unit": unit, "range": limits}]}
    case = read_cases(document, catalog=catalog).cases[0]
    case.model_dump_json()
    assert len(case.observations) == 1


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(data=st.binary(max_size=200))
def test_any_bytes(data: bytes, catalog: Catalog) -> None:
    with suppress(CaseError):
        read_cases(data, catalog=catalog)
