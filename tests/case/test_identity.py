"""What the message itself names: all of it is found, nothing that a report needs is taken for it."""

from __future__ import annotations

from consult.analytes import Catalog
from consult.case import Case, read_cases

MESSAGE = "\r".join(
    [
        "MSH|^~\\&|LIS|Nirgendheim Laboratory|HIS|W|20260302||ORU^R01|M1|P|2.5.1",
        "PID|1|OLD-5551|884422^^^NIRG^MR~110101198001150028^^^GOV^NI|ALT7788|Zorblax^Quentina^Mae~Zz&van^Q|Plover^Hilde"
        "|19800105|M||x|12 Wobble Lane^Flat 3^Gruntville^TX^77001-1234^USA||"
        "(562)555-1555^PRN^PH^q.zorblax@example.org^1"
        "^562^5551555||||| ACC99887|123-45-6789",
        "NK1|1|Zorblax^Barnaby|FTH|12 Wobble Lane^^Gruntville|+31 20 1234567",
        "PV1|1|I|W5^12^B^Nirgendheim Clinic||||4711^Moonbeam^Jo^P||||||||||||VN556677",
        "ORC|RE|PL778899|FL665544||||||||||||||||||Submitting Hospital^L|"
        "9 Other Road^^Elsewhere^TX^88001|^WPN^PH^^1^713^5550100",
        "OBR|1|PL778899|FL665544|CBC^Blood count^L|||20260301|||||||||||||||||||||||||55&Readerly&Rosa",
        "OBX|1|NM|718-7^Hemoglobin^LN||96|g/L|||||F|||20260301|LAB01^Reference Bench|99^Techno^Tim"
        "|||||||Bench Organisation|1 Lab Street^^Labtown",
        "OBX|2|ST|62324-9^Post-discharge provider name^LN||DAVISON, DANA, MD||||||O",
        "NTE|1||see above||77^Noter^Nell",
        "",
    ]
)


def read(catalog: Catalog, text: str = MESSAGE) -> Case:
    return read_cases(text, catalog=catalog).cases[0]


def test_every_named_string_is_a_term(catalog: Catalog) -> None:
    identity = read(catalog).identity
    assert identity is not None
    terms = {term.text for term in identity.terms}
    expected = {
        "Zorblax", "Quentina", "Quentina Zorblax", "Zorblax Quentina", "Zorblax, Quentina", "Quentina M. Zorblax",
        "Plover", "Hilde", "Barnaby Zorblax", "Moonbeam", "Readerly", "Techno", "Noter", "DAVISON",
        "884422", "110101198001150028", "ALT7788", "OLD-5551", "ACC99887",
        "123-45-6789", "PL778899", "FL665544", "VN556677",
        "12 Wobble Lane", "Flat 3", "Gruntville", "77001-1234", "77001", "9 Other Road", "Elsewhere",
        "(562)555-1555", "5625551555", "562-555-1555", "713-555-0100", "q.zorblax@example.org", "+31 20 1234567",
        "19800105", "1980-01-05", "01/05/1980", "5.1.1980", "1980年1月5日", "January 5, 1980", "05-Jan-1980",
        "Submitting Hospital", "Bench Organisation", "Nirgendheim Laboratory", "Nirgendheim Clinic", "Reference Bench",
    }  # fmt: skip
    assert expected - terms == set()
    assert identity.name == "Quentina Mae Zorblax"
    assert identity.identifiers[:2] == ["884422", "110101198001150028"]
    assert identity.birth_date == "1980-01-05"


def test_short_and_ordinary_strings_are_no_terms(catalog: Catalog) -> None:
    identity = read(catalog).identity
    assert identity is not None
    terms = {term.text.lower() for term in identity.terms}
    assert (
        terms & {"m", "x", "us", "usa", "tx", "1", "12", "b", "w5", "zz", "q", "55", "99", "nirg", "md", "jo"} == set()
    )
    assert all(len(term) > 2 or not term.isascii() for term in terms)


def test_ordinary_words_as_names_are_hidden_only_together(catalog: Catalog) -> None:
    identity = read(catalog, MESSAGE.replace("Zorblax^Quentina^Mae", "Test^Male")).identity
    assert identity is not None
    terms = {term.text for term in identity.terms if term.kind == "name"}
    assert "Male Test" in terms
    assert terms & {"Male", "Test"} == set()


def test_chinese_names(catalog: Catalog) -> None:
    identity = read(catalog, MESSAGE.replace("Zorblax^Quentina^Mae", "欧阳^小明")).identity
    assert identity is not None
    assert {"欧阳小明", "小明", "欧阳"} <= {term.text for term in identity.terms}


def test_nothing_of_it_is_in_the_json_of_the_case(catalog: Catalog) -> None:
    case = read(catalog)
    text = case.model_dump_json()
    assert case.identity is not None
    free_text = "DAVISON, DANA, MD"  # an answer that is itself a name is data of the case; the privacy gateway hides it
    for term in case.identity.terms:
        assert term.text not in text or term.text in free_text


def test_the_order_of_terms_is_fixed(catalog: Catalog) -> None:
    assert read(catalog).identity == read(catalog).identity


def test_a_birth_date_that_is_none_is_hidden_as_it_stands() -> None:
    case = Case.read({"identity": {"name": "Ilse Marten", "birth_date": "1965k-04-12"}, "observations": []})
    assert case.identity is not None
    assert ("birth-date", "1965k-04-12") in [(term.kind, term.text) for term in case.identity.terms]
