"""Conditions, medications and allergies that a text says of the patient."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from consult.analytes import Catalog
from consult.case._model import Entry
from consult.case._prose.fold import Folded
from consult.case._prose.names import mentions
from consult.concepts import Concepts, Span, Standing, stands

Place = tuple[Span, tuple[str, ...], Standing]
"""Where a text names concepts, which, and what it says of them."""

_DOSE = re.compile(
    r"(?P<latin>(?<![A-Za-z-])[A-Za-z][A-Za-z-]{3,30}(?:[ ][a-z]{5,14}(?:ate|ide|ine|ium)|[ ]XL|[ ]SR"
    r"|[ ]acid)?)?(?P<han>[\u3400-\u9fff]{2,12})?"
    r"[ ]{0,2}(?P<dose>\d{1,6}(?:\.\d{1,3})?(?:,\d{3})?[ ]?(?:mg|mcg|µg|μg|ug|units?|IU|毫克|微克|万单位|万U|单位"
    r"|片|粒|g(?=[ ]?(?:IV|PO|po|iv|daily|q\d|bid|tid|qd|ivgtt|静|口|每|,?[ ]?once)))(?:/(?:kg|d|day|次"
    r"|日))?)(?![A-Za-z/%])"
    r"(?P<how>(?:[ ](?:PO|po|IV|iv|IM|SC|sc|daily|once daily|twice daily|bid|BID|bd|BD|od|OD|tds"
    r"|tid|TID|qd|QD|qid|q\d+h|nightly"
    r"|weekly|every \d+ hours|per day|a day)\b){0,3})"
)
_NO_DRUG = frozenset({
    "dose", "doses", "about", "total", "with", "received", "receives", "given", "gave", "daily", "takes",
    "taking", "took", "started", "once", "twice", "over", "approximately", "than", "least", "most",
    "additional", "another", "only", "from", "initial", "bolus", "and", "then", "plus", "oral", "intravenous",
    "each", "every", "per", "increased", "decreased", "reduced", "weighing", "weight", "birth", "mass",
    "lesion", "nodule", "specimen", "protein", "urine", "creatinine", "glucose", "calcium", "sodium",
    "potassium", "level", "levels", "dosage", "ratio", "index", "excretion", "albumin", "containing",
    "supplements", "supplement", "transfused", "transfusion",
    "tablets", "tablet", "capsules", "capsule", "pills", "pill", "units", "iron",
})  # fmt: skip
_VERBS = re.compile(
    r"(?:.*(?:给予|口服|服用|静滴|静注|静脉滴注|应用|使用|加用|改用|改为|继续|规律|长期|每日|每天|每晚|皮下注射"
    r"|注射|予以|予|服|用|行|为|及|和|联合|含|共|约|后|的|量|素(?=阿)))"
)
_NO_HAN_DRUG = re.compile(
    r"(?:蛋白|血红|肌酐|血糖|体重|剂量|总量|每次|一次|日剂|尿酸|胆红|钾|钠|钙|镁|磷|氯|定量|含量|排泄|小时)"
)
_STOPPED = re.compile(
    r"(?:\b(?:avoid\w*|stop(?:ped|ping)?|discontinu\w+|held|hold(?:ing)?|withh\w+|refus\w+|declin\w+|if"
    r"|consider\w*|tried|attempts?|initially|previous\w*|recent treatment|(?:was|were|been)(?: \w+ly)? (?:treated"
    r"|managed)|plan(?:ned|s)?(?: to)?|should|could|would|may|"
    r"recommend\w*|instead of|not taking|needs?|off|until|level|overdose of|intoxication|poisoning"
    r"|contraindicat\w*|resistant to|sensitiv\w+ to|susceptib\w+|whether|candidate for)\b"
    r"|停用|停服|避免|禁用|拟|考虑|建议|是否|可否|耐药|敏感|若|如)[^.;\n。；]{0,30}$",
    re.IGNORECASE,
)
_STOPPED_AFTER = re.compile(
    r"[^.;\n]{0,30}\bago\b|[^.;,\n]{0,12}\b(?:was|were|has been|been) (?:stopped|discontinued|held)"
    r"|[^。，\n]{0,4}(?:已?停|过敏|耐药|敏感)|[ ](?:level|resistan|sensitiv|allerg|poison|overdose|toxicity)",
    re.IGNORECASE,
)
_DRUG_CLASSES = frozenset({
    "penicillin", "cephalosporin", "macrolide", "fluoroquinolone", "sulfonamide", "tetracycline",
    "corticosteroids", "beta-lactam", "azole-antifungal", "iron-preparation",
})  # fmt: skip
_NO_DRUGS = frozenset({"smoking", "iodinated-contrast", "oxidant-drugs"})
_LIST = re.compile(
    r"(?:^|\n|(?<=[.;。；]))[ \t\"'*#-]*(?:(?:current |home |regular |outpatient )?(?:medications?|meds"
    r"|drugs)(?: on admission| list)?|(?:目前|长期|现|院外)?用药(?:史|情况)?"
    r"|现用药物)[ \t\"'*]*[:：][ \t\"']*(?P<items>[^\n。]{2,400})",
    re.IGNORECASE,
)
_DRUG_HEADING = re.compile(
    r"(?:current |home |regular |outpatient )?(?:medications?|meds|drugs)(?: on admission| list)?|(?:目前|长期|现"
    r"|院外)?用药(?:史|情况)?|现用药物",
    re.IGNORECASE,
)
_ITEM = re.compile(r"[^,;，；、\n.]+(?:\.\d[^,;，；、\n.]*)*")
_NONE = re.compile(r"^(?:none|nil|no\b|not\b|denies|unknown|information|无|否认|不详|未)", re.IGNORECASE)
_ALLERGY = re.compile(
    r"(?P<none>\bNK(?:D)?A\b|\bno (?:known )?(?:drug |food |medication )*allergies\b|(?:无|否认"
    r"|未发现)[^。，；\n]{0,8}过敏史?)"
    r"|\ballergic to (?P<to>[^.;:\n()]{2,80})"
    r"|\ballerg(?:y|ies)(?: to| history)?[ \"']{0,2}(?:[:=]|(?<=to))[ \"']{0,2}(?P<list>[^.;\n\"]{2,120})"
    r"|(?P<before>\b[A-Za-z][A-Za-z-]{2,24}(?: [a-z]{3,14})?) allerg(?:y|ies)\b(?! (?:clinic|test|season|medic))"
    r"|(?:药物|食物)?过敏史?[:：](?P<zhlist>[^。;；\n]{2,60})"
    r"|对?(?P<zh>[\u3400-\u9fffA-Za-z]{2,16}?)(?:类?药物)?过敏(?!性|原|试|体质|反应科)(?:史|反应)?",
    re.IGNORECASE,
)
_ALLERGY_WORD = re.compile(r"allerg|过敏|\bNK", re.IGNORECASE)
_PARTS = re.compile(r"[^,，、/]+?(?=[,，、/]|\band\b|\bor\b|和|及|$)")
_NO_SUBSTANCE = re.compile(
    r"^(?:a|an|the|any|food|drug|seasonal|environmental|known|no|history|of|has|with|his|her|none|nil|unknown|无"
    r"|否认|有|曾|药物?|食物|既往|患者|不详|没有|未)?$|^(?:no|denies|none|nil|无|否认)\b|^(?:无|否认|未|不)",
    re.IGNORECASE,
)
_NOT_AS_CONDITIONS = frozenset({"pregnancy", "infection", "postpartum"})
"""Said of the patient elsewhere, or too wide to say anything."""
_UNSURE = re.compile(
    r"(?:\b(?:den(?:y|ies|ied|ying)|no|not|without|never|negative for|suggest\w*|indicat\w+|consistent with"
    r"|compatible with|associated with|concern\w*|signs? of|symptoms? of|"
    r"features? of|risk|differential|evaluat\w+|assess\w*|rule|screen\w*|immun\w+|vaccin\w+|versus|vs|first|prior"
    r"|previous|if|whether|prevent\w*|prone|"
    r"mother|father|brother|sister|family|parents?)\b|否认|排除|提示|疑|不符|鉴别|风险|筛查|预防|疫苗"
    r"|家族)(?:(?!\b(?:but|however|although|except|has|had|with a history)\b|但|有)[^.;\n。；])*$",
    re.IGNORECASE,
)
_MOST = 100


def conditions(concepts: Concepts, *, text: str, folded: Folded, named: Iterable[Place]) -> list[Entry]:
    """Conditions that the text says the patient has or had; not those denied, suspected or of a relative."""
    found: dict[str, Entry] = {}
    for span, ids, standing in named:
        for id in ids:
            concept = concepts[id]
            if concept.kind != "condition" or concept.seen_by is not None or standing not in {"present", "past"}:
                continue
            if id in _NOT_AS_CONDITIONS or _UNSURE.search(folded.text, max(0, span.start - 200), span.start):
                continue
            over = standing == "past" and f"past-{id}" in concepts
            if id not in found and len(found) < _MOST:
                found[id] = _entry(text, span, status="resolved" if over else None)
    return _apart(found.values())


def medications(
    folded: Folded,
    text: str,
    concepts: Concepts,
    catalog: Catalog,
    *,
    named: Iterable[Place],
    allergies: Iterable[Entry],
) -> list[Entry]:
    """Drugs with a dose, drugs in a list of drugs, and drugs that our concepts name.

    Not those stopped or considered, and not where the text names them as an allergy.
    """
    found: list[Entry] = []
    spared = [_place(entry) for entry in allergies]
    for span, note in sorted(
        [*_listed(folded), *_dosed(folded, catalog), *_known(folded, concepts, named)],
        key=lambda one: (one[0].start, -one[0].end),
    ):
        if any(start < span.end and span.start < end for start, end in spared):
            continue
        entry = _entry(text, span, note=text[slice(*note)].strip() if note else None)
        if all(entry.name.lower() != other.name.lower() for other in found) and len(found) < _MOST:
            found.append(entry)
    return _apart(found)


def allergies(folded: Folded, text: str) -> list[Entry]:
    """What the patient is said to be allergic to; that there is no allergy is an entry too (`NKDA`), refuted."""
    found: dict[str, Entry] = {}
    matches = (
        match
        for start, end in folded.sentences
        if _ALLERGY_WORD.search(folded.text, start, end)
        for match in _ALLERGY.finditer(folded.text, start, end)
    )
    for match in islice(matches, _MOST):
        span = Span(*match.span())
        if match["none"]:
            found.setdefault(match["none"].lower(), _entry(text, span, status="refuted"))
            continue
        standing = stands(folded.text, span)
        if standing in {"relative", "denied"} or len(found) > _MOST:
            continue
        for part in _substances(match):
            found.setdefault(folded.text[part.start : part.end].lower(), _entry(text, part))
    return _apart(found.values())


def _substances(match: re.Match[str]) -> Iterator[Span]:
    group = next(name for name in ("to", "list", "before", "zhlist", "zh") if match[name])
    words = match[group]
    if group != "before" and _NO_SUBSTANCE.search(words.strip()):
        return
    for part in _PARTS.finditer(words):
        bare = re.sub(
            r"^[ \"'(]*(?:and |or |和|及|the |对|有|曾|因|患者|既往)*|(?:\(.*| (?:which|that|with|causing|as"
            r"|since|in|but)\b.*|类?(?:药物?)?(?:史)?|[ \"')]+)$",
            "",
            part.group(),
        ).strip(" \"')")
        if 2 <= len(bare) <= 40 and not _NO_SUBSTANCE.search(bare) and re.search(r"[A-Za-z\u3400-\u9fff]{2}", bare):
            at = match.start(group) + part.start() + part.group().index(bare)
            yield Span(at, at + len(bare))


def _listed(folded: Folded) -> Iterator[tuple[Span, tuple[int, int] | None]]:
    lists = [match.span("items") for match in _LIST.finditer(folded.text)]
    for start, end in [*lists, *folded.under(_DRUG_HEADING)]:
        for item in _ITEM.finditer(folded.text, start, end):
            bare = item.group().strip(" \t\"'*•-")
            if (
                not bare
                or len(bare) > 60
                or len(bare.split()) > 8
                or _NONE.search(bare)
                or not re.search(r"[A-Za-z\u3400-\u9fff]{3}", bare)
            ):
                continue
            at = item.start() + item.group().index(bare)
            name = re.match(r"[^\d(]*[^\d( ]", bare)
            if name is not None:
                rest = (at + name.end(), at + len(bare)) if name.end() < len(bare) else None
                yield Span(at, at + name.end()), rest


def _dosed(folded: Folded, catalog: Catalog) -> Iterator[tuple[Span, tuple[int, int] | None]]:
    for match in islice(_DOSE.finditer(folded.text), _MOST):
        span = _drug_before(match)
        if span is None or not _taken(folded.text, span):
            continue
        if not any(True for _ in mentions(folded, span.start, span.end, catalog)):
            yield span, (match.start("dose"), match.end("how"))


def _drug_before(match: re.Match[str]) -> Span | None:
    if match["latin"]:
        words = match["latin"].lower().split()
        return None if words[-1] in _NO_DRUG or words[0] in _NO_DRUG else Span(*match.span("latin"))
    if match["han"]:
        lead = _VERBS.match(match["han"])
        start = match.start("han") + (lead.end() if lead is not None else 0)
        name = match["han"][start - match.start("han") :]
        return Span(start, match.end("han")) if 2 <= len(name) <= 9 and not _NO_HAN_DRUG.search(name) else None
    return None


def _known(folded: Folded, concepts: Concepts, named: Iterable[Place]) -> Iterator[tuple[Span, tuple[int, int] | None]]:
    for span, ids, standing in named:
        drug = any(id in _DRUG_CLASSES or (concepts[id].kind == "exposure" and id not in _NO_DRUGS) for id in ids)
        if drug and standing == "present" and _taken(folded.text, span):
            yield span, None


def _taken(text: str, span: Span) -> bool:
    """Given to the patient now, as far as the words around it say."""
    before = text[max(0, span.start - 60) : span.start]
    if (
        _STOPPED.search(before)
        or _STOPPED_AFTER.match(text, span.end)
        or text[span.end : span.end + 2].strip().startswith("?")
    ):
        return False
    return stands(text, span) == "present"


def _entry(text: str, span: Span, *, status: str | None = None, note: str | None = None) -> Entry:
    return Entry(name=text[span.start : span.end], status=status, note=note, source=f"text[{span.start}:{span.end}]")


def _apart(entries: Iterable[Entry]) -> list[Entry]:
    """In the order of the text, none inside another."""
    kept: list[Entry] = []
    end = -1
    for entry in sorted(entries, key=_place):
        start, stop = _place(entry)
        if start >= end:
            kept.append(entry)
            end = stop
    return kept


def _place(entry: Entry) -> tuple[int, int]:
    start, _, end = entry.source[5:-1].partition(":")
    return int(start), int(end)
