"""A small content root and a bench to build cases on: the tests do not depend on the knowledge that ships."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from consult.analytes import Catalog
from consult.case import Case, Entry, Observation, Patient, Quality, Range, Reported
from consult.clinic import Assessment, RuleBook, assess
from consult.concepts import Concepts

ANALYTES = """\
key,group,name_en,name_zh,aliases,specimen,unit,loinc,molar_mass,factors,plausible_low,plausible_high,\
delta_percent,delta_absolute,delta_days,delta_source,decimals,kind
hgb,CBC,Haemoglobin,血红蛋白,HGB,blood,g/L,,,,10,300,,20,3,limits-1990,0,quantity
mcv,CBC,Mean cell volume,平均红细胞体积,MCV,blood,fL,,,,40,170,,,,,1,quantity
plt,CBC,Platelets,血小板计数,PLT,blood,10*9/L,,,,0,5000,50,,7,limits-1990,0,quantity
ferritin,IRON,Ferritin,铁蛋白,,serum/plasma,ug/L,,,,0,100000,,,,,0,quantity
tsat,IRON,Transferrin saturation,转铁蛋白饱和度,TSAT,serum/plasma,%,,,,0,200,,,,,0,quantity
k,CHEM,Potassium,钾,K,serum/plasma,mmol/L,,,,1,15,,,,,1,quantity
be,GAS,Base excess,碱剩余,BE,arterial blood,mmol/L,,,,-50,50,,,,,1,quantity
hemindex,CHEM,Haemolysis index,溶血指数,,serum/plasma,{index},,,,0,2000,,,,,0,quantity
bcx,MICRO,Blood culture,血培养,,blood,1,,,,,,,,,,0,ordinal
dat,BB,Direct antiglobulin test,直接抗人球蛋白试验,DAT,blood,1,,,,,,,,,,0,ordinal
ana,IMM,Antinuclear antibodies,抗核抗体,ANA,serum/plasma,{titer},,,,,,,,,,0,quantity
"""
RANGES = """\
analyte,sex,age_from,age_to,pregnant,low,high,source,studied,population
hgb,male,18,,,130,175,range-2012,18-79,adults
hgb,female,18,,,115,150,range-2012,18-79,adults
mcv,,18,,,82,100,range-2012,18-79,adults
plt,,18,,,125,350,range-2012,18-79,adults
k,,18,,,3.5,5.3,range-2012,18-79,adults
"""
LIMITS = """\
analyte,side,limit,age_from,age_to,source,note
k,low,2.5,18,,limits-1990,
k,high,6.2,18,,limits-1990,
hgb,low,60,18,,limits-1990,
plt,low,20,18,,limits-1990,
"""
GUIDELINES = "".join(
    f'[{id}]\norganisation = "Test"\ntitle = "Test"\nyear = {id[-4:]}\nidentifier = "T"\nkind = "paper"\n'
    'jurisdiction = "CN"\nstatus = "current"\nchecked = "memory"\n'
    for id in ("range-2012", "limits-1990", "test-2020")
)
CONCEPTS = """\
[anaemia]
kind = "condition"
en = "anaemia"
zh = "贫血"
synonyms = ["anemia"]
icd10 = "D64.9"
[iron-deficiency-anaemia]
kind = "condition"
en = "iron deficiency anaemia"
zh = "缺铁性贫血"
synonyms = ["iron-deficiency anemia"]
icd10 = "D50"
part_of = "anaemia"
[fever]
kind = "finding"
en = "fever"
zh = "发热"
synonyms = ["pyrexia", "febrile"]
[heparin]
kind = "exposure"
en = "heparin"
zh = "肝素"
synonyms = ["enoxaparin"]
[hyperkalaemia]
kind = "condition"
en = "hyperkalaemia"
zh = "高钾血症"
[in-vitro-haemolysis]
kind = "condition"
en = "haemolysed specimen"
zh = "标本溶血"
[pneumonia]
kind = "condition"
en = "pneumonia"
zh = "肺炎"
[pregnancy]
kind = "condition"
en = "pregnancy"
zh = "妊娠"
synonyms = ["pregnant"]
[ferritin-test]
kind = "test"
en = "ferritin"
zh = "铁蛋白"
analyte = "ferritin"
[repeat-sample]
kind = "test"
en = "repeat sample"
zh = "重新采样"
"""

RuleText = Callable[..., str]


def rule_text(
    id: str = "R1",
    when: str = "k.high",
    *,
    severity: str = "standard",
    says: str | None = None,
    extra: str = "",
    doubts: Iterable[str] = (),
) -> str:
    """A `[[rule]]` table that says what it rests on."""
    concludes = "" if severity == "gate" else '[rule.concludes]\nconcept = "anaemia"\nlikelihood = "likely"\n'
    doubted = f"doubts = {list(doubts)}\n" if doubts else ""
    sentence = says if says is not None else f"{id} fired."
    return (
        f'[[rule]]\nid = "{id}"\ntitle = {{ en = "{id}", zh = "{id}" }}\nseverity = "{severity}"\n'
        f"when = '''{when}'''\nsources = [\"test-2020\"]\n{doubted}{extra}\n{concludes}"
        f'[rule.says]\nen = "{sentence}"\nzh = "{sentence}"\n'
    )


@dataclass
class Desk:
    """Builds rule books and cases, and assesses them."""

    root: Path
    catalog: Catalog
    concepts: Concepts

    def write(self, text: str, specialty: str = "hematology") -> None:
        folder = self.root / "agents" / specialty
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "rules.toml").write_text(text, encoding="utf-8")

    def load(self, **options: object) -> RuleBook:
        known = {"range-2012", "limits-1990", "test-2020"}
        return RuleBook.load(
            self.root,
            catalog=self.catalog,
            concepts=self.concepts,
            guidelines_ids=known,
            **options,  # type: ignore[arg-type]  # options of one test
        )

    def book(self, *rules: str, specialty: str = "hematology", **options: object) -> RuleBook:
        self.write("\n".join(rules), specialty)
        return self.load(**options)

    def assess(self, case: Case, *rules: str, lang: str = "en") -> Assessment:
        return assess(case, catalog=self.catalog, book=self.book(*rules), lang=lang)  # type: ignore[arg-type]  # a literal

    def fired(self, case: Case, *rules: str) -> list[str]:
        return [item.rule.id for item in self.assess(case, *rules).fired]

    def observation(
        self,
        analyte: str | None,
        value: str,
        *,
        flag: str | None = None,
        at: str | None = "2024-06-01T12:00:00+00:00",
        low: str | None = None,
        high: str | None = None,
        range_source: str = "laboratory",
        reported: Reported | None = None,
        kind: str = "quantity",
        **more: object,
    ) -> Observation:
        limits = Range(low=low, high=high, source=range_source) if low or high else None
        unit = self.catalog[analyte].unit if analyte and kind == "quantity" else None
        shown = reported or Reported(value=f"{more.get('comparator') or ''}{value}", unit=unit)
        given: dict[str, object] = {
            "analyte": analyte,
            "name": analyte or "Unknown test",
            "value": value,
            "value_type": kind,
            "unit": unit,
            "reported": shown,
            "range": limits,
            "flag": flag,
            "effective": at,
            "status": "final",
        }
        return Observation.model_validate({**given, **more})

    def case(
        self,
        *observations: Observation,
        sex: str = "female",
        age: int | None = 45,
        pregnant: bool | None = None,
        history: str = "",
        conditions: Iterable[Entry] = (),
        medications: Iterable[Entry] = (),
        quality: Iterable[Quality] = (),
    ) -> Case:
        numbered = [seen.model_copy(update={"fact": f"F{n}"}) for n, seen in enumerate(observations, start=1)]
        return Case(
            id="case-1",
            patient=Patient(sex=sex, age_years=age, pregnant=pregnant),  # type: ignore[arg-type]  # a literal
            observations=numbered,
            history=history,
            conditions=list(conditions),
            medications=list(medications),
            quality=list(quality),
        )


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """An empty set of rules over a small catalog."""
    reference = tmp_path / "knowledge" / "reference"
    reference.mkdir(parents=True)
    (tmp_path / "agents").mkdir()
    tables = {
        "analytes.csv": ANALYTES,
        "reference-ranges.csv": RANGES,
        "critical-limits.csv": LIMITS,
        "guidelines.toml": GUIDELINES,
        "concepts.toml": CONCEPTS,
    }
    for name, text in tables.items():
        (reference / name).write_text(text, encoding="utf-8")
    return Desk(tmp_path, Catalog.load(tmp_path), Concepts.load(tmp_path))


@pytest.fixture
def rule() -> RuleText:
    """Writes one rule."""
    return rule_text
