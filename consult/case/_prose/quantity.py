"""What stands behind the name of a test: a number with its unit, flag and range, exactly where it stands."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from consult.analytes import normalize_unit

_LINKS = re.compile(
    r"[ \t|\"']*+(?:"
    r"(?:levels?|counts?|values?|concentration|total|results?|was|were|is|are|of|at|with a|measured|measuring|"
    r"approximately|about|around|only|now|currently|still|(?:came back|returned|elevated|raised|high|low|reduced) at|"
    r"(?:rose|risen|rising|increased|elevated|fell|fallen|falling|decreased|dropped|dropping|improved"
    r"|down) to)(?![A-Za-z0-9])"
    r"|(?P<when>on admission|at admission|at presentation|on arrival|today|yesterday|this morning|"
    r"入院时|入院当天|入院后|今日|今晨|昨日|当日|就诊时)"
    r"|测定值?|计数|浓度|水平|检测|结果|含量|指数|(?:进行性)?(?:上升|升高|增高|升|下降|降低|降|减低|减少"
    r"|增加)[至到为]|高达|低至|达到?|仅|约|为|是|示"
    r"|[:=]|-(?=[ \t]))",
    re.IGNORECASE,
)
_MOST_LINKS = 4
_SIGNS = (
    r"<=|>=|=<|=>|<|>|[\u2264\u2265\u2266\u2267]|(?:less|greater|more) than(?= )|(?:below|under|above|over)(?= )"
    r"|不足|小于|低于|大于|高于|超过"
)
_NUMBER = re.compile(
    rf"[ \t|\"'~]*+(?P<sign>{_SIGNS})?[ \t]*+(?P<digits>[+-]?(?:\d{{1,3}}(?:,\d{{3}})++(?:\.\d++)?"
    rf"|\d++(?:[.,]\d++)?|\.\d++))"
)
_NOT_AFTER = re.compile(r"\d|\+|[.:,]\d|\x7f|(?:st|nd|rd|th)\b|[ \t]?/[ \t]?\d|[ \t]*(?:[xX×][ \t]?\d(?!0))", re.ASCII)
"""What makes the digits something else: a version, a time, a fraction, a date, the first of two dimensions."""
_SPAN = re.compile(r"[ \t]?(?:-|~|to|至|到)[ \t]?(?P<second>\d++(?:[.,]\d++)?|\.\d++)(?![\d]|[.:,/-]\d)", re.IGNORECASE)
_DATE = re.compile(r"\d{4}[-/.年]\d{1,2}(?!\d)|\d{1,2}(?P<mark>[/.-])\d{1,2}(?P=mark)\d")
_SPACED = re.compile(r"[ ]\d{3}(?!\d|[.,]\d)")
_DURATION = re.compile(
    r"[ \t-]?(?:years?|yrs?|months?|weeks?|days?|hours?|hrs?|minutes?|times|episodes?|cycles?|doses?|tablets?|tabs?|"
    r"capsules?|pills?|packs?|bags?|pints?|vials?|amps?|ampoules?|puffs?|drops|mg|mcg|µg|μg|ug|grams?|g|ml|mL|cc"
    r"|IU|U|units?|mEq|meq|mmol|"
    r"x|out of|points?)(?![A-Za-z0-9/%])"
    r"|[ \t]?(?:岁|年|个?月|周|天|日|小时|片|粒|支|袋|瓶|包|盒|倍|例|处|枚|分钟|单位|个(?!/)|治疗量)",
)
"""Behind the digits: not a result but a time, a dose, a count of something."""
_COMPARED = re.compile(r"[ ](?:deviation|difference|above|below|over|longer|shorter|more|less|from|higher|lower|per)\b")
"""A distance to something else, not a result: `2 seconds above control`."""
_GLUED = re.compile(r"[A-Za-z\u0370-\u03ff*]|[ ]?[A-Za-zµμ]{1,6}/|[ ]?[%‰°℃℉]")
_UNIT = re.compile(
    r"(?P<gap>[ \t|\"']{0,24})(?P<unit>"
    r"(?:[x×*·][ ]?)?(?:10(?:[ ]?[\^*eE][ ]?[+]?\d{1,2}|\*\*\d{1,2}|[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2}|[ ]?\(\d{1,2}\)"
    r"|[ ]\d{1,2}(?=[ ]?/)|\d{1,2}(?=/))|[eE]\d{1,2}(?=/))?"
    r"[ ]?(?:(?:cells?|copies|beats|breaths|mm|cm|IU|mg|ng|ug|µg|μg)[ ](?=/|per |Hg|H2O|FEU|DDU))?"
    r"[A-Za-zµμ%‰°℃℉⁻⁰¹²³⁴⁵⁶⁷⁸⁹次个千万亿百克毫微纳皮升分飞摩尔单位国际秒小时钟高倍低视野拷贝摄氏度汞柱]{0,14}(?:H2O|[\^]?\d)?"
    r"(?:[ ]?[CF](?![A-Za-z]))?"
    r"(?:[ ]?(?:/|per[ ])[ ]?\(?(?:10(?:\^"
    r"|\*)?\d{1,2})?[A-Za-zµμ%\d.³²分升毫微钟小时高倍低视野次秒个克摩尔^]{1,10}\)?){0,2}"
    r"(?:[ ](?:FEU|DDU|m2|m²)\b)?)"
)
_PLAIN_UNITS = frozenset({
    "s", "sec", "secs", "second", "seconds", "秒", "秒钟", "fl", "pg", "mmhg", "kpa", "cmh2o", "bpm", "kg", "g",
    "cm", "m", "mm", "lb", "lbs", "in", "mh2o", "c", "f", "°c", "°f", "℃", "℉", "次", "mg%", "g%", "gm%", "ph",
    "ppb", "mmol", "mm[hg]", "度", "摄氏度", "毫米汞柱",
})  # fmt: skip
_FLAG = re.compile(r"[ \t|]*+(?P<flag>[↑↓]{1,3}|(?<=[ \t|])(?:HH|LL|H|L|\*{1,2})(?=[ \t]*(?:$|[,，;；|)(\n。]|[↑↓])))")
_BRACKET = re.compile(r"[ \t|,，]*+[(\[](?P<inner>[^()\[\]\n]{1,60})[)\]]")
_BARE_RANGE = re.compile(
    r"(?:[ \t]{2,}|[ \t]*[|\t][ \t]*|[ \t])(?P<inner>\d+(?:\.\d+)?[ ]?(?:-|~|--)[ ]?\d+(?:\.\d+)?"
    r"|[<>≤≥]=?[ ]?\d+(?:\.\d+)?)(?![\d/:-]|[.,]\d|[ \t]?(?:years?|days?|hours?|weeks?|months?|岁|天|年|月))"
)
_LABEL = re.compile(
    r"(?:normal(?: range)?|nl|reference(?: range| interval)?|ref\.?(?: range)?|range|参考(?:范围|值|区间)?"
    r"|正常(?:值|范围|参考值)?)[ :：=]*",
    re.IGNORECASE,
)
_RANGE = re.compile(
    r"(?:[<>≤≥]=?[ ]?|up to )?\d+(?:[.,]\d+)*(?:[ ]?(?:-|~|to"
    r"|至)[ ]?\d+(?:[.,]\d+)*)?[ ]?(?P<unit>[^\d]{0,16}\d{0,3}[^\d]{0,6}\d{0,2})",
    re.IGNORECASE,
)
_STATE = re.compile(
    r"[ \t,，]*+(?:(?:on|in|breathing|under|while on|with)[ ](?:supplemental )?(?:room air|ambient air|air|RA"
    r"|oxygen|\d{1,2}(?:\.\d)?[ ]?(?:L(?:/min|pm)?|liters?|litres?)"
    r"(?:[ ](?:of )?(?:O2|oxygen))?(?:[ ](?:by|via|per)?[ ]?(?:nasal cannula|NC|mask|face mask))?)|RA(?![A-Za-z])"
    r"|room air|"
    r"(?:未|不)?吸(?:氧|空气)(?:[^,，;；。\n]{0,12})?|空气下|(?:鼻导管|面罩)吸?氧?[^,，;；。\n]{0,12}|at rest"
    r"|sitting|standing|supine|lying|坐位|立位|卧位)",
    re.IGNORECASE,
)
_ARROW = re.compile(
    r"[ \t]*+(?:→|➔|⟶|➜|-{1,2}>|=>|(?:and )?then(?= )|(?:up|down)?[ ]?to(?=[ ]\d)|(?:后|复查)?(?:升|降|上升"
    r"|下降)[至到为])[ \t]*+",
    re.IGNORECASE,
)
_COLUMN = re.compile(r"[ ]{2,}|[ ]?[\t|][\t| ]*")
_WORDS_FOR_SIGNS = {
    "below": "<", "under": "<", "above": ">", "over": ">", "less than": "<", "greater than": ">", "more than": ">",
    "不足": "<", "小于": "<", "低于": "<", "大于": ">", "高于": ">", "超过": ">",
}  # fmt: skip

Fits = Callable[[str], bool]
"""Whether a unit can be that of the test."""


@dataclass(slots=True)
class Quantity:
    """One number behind a name."""

    start: int
    end: int
    """Of all that belongs to it: comparator, number, unit, flag, brackets."""
    number: tuple[int, int]
    """Where the digits stand."""
    sign: str | None
    second: tuple[int, int] | None = None
    """The other end of an interval."""
    unit: tuple[int, int] | None = None
    flag: tuple[int, int] | None = None
    range: tuple[int, int] | None = None
    notes: list[tuple[int, int]] = field(default_factory=list)
    spaced: bool = False
    """Three digits follow after a blank: one number or two."""
    arrow: bool = False
    """An arrow leads to it from the one before."""


@dataclass(frozen=True, slots=True)
class Lead:
    """The way from a name to its number."""

    end: int
    when: tuple[int, int] | None
    bracket: tuple[int, int] | None
    """What stood in brackets behind the name: another name, or the unit."""


_TAIL = re.compile(r"(?:[#%]|(?<=[A-Za-z])\d?[+]{1,2}|(?<=\d)[+]{1,2}|\d?-(?=[ \t\"':=|<>]|$))?")
_GLOSS = re.compile(r"[ \t]*+\((?P<inner>[^()\n]{1,24})\)")


def name_end(text: str, end: int) -> int:
    """Where a name ends that goes on with a charge or a percent sign (`K+`, `HCO3-`, `NEUT%`)."""
    found = _TAIL.match(text, end)
    return found.end() if found is not None else end


def lead(text: str, position: int) -> Lead:
    """Over the words between a name and its number (`count was`, `:`, `降至`)."""
    when = bracket = None
    gloss = _GLOSS.match(text, position)
    if gloss is not None and not gloss["inner"][:1].isdigit():
        bracket, position = gloss.span("inner"), gloss.end()
    for _ in range(_MOST_LINKS):
        link = _LINKS.match(text, position)
        if link is None:
            break
        if link["when"]:
            when = link.span("when")
        position = link.end()
    return Lead(position, when, bracket)


def quantity(text: str, position: int, fits: Fits) -> Quantity | None:
    """The number at a position with all that belongs to it; None when there is none, or it is something else."""
    found = _NUMBER.match(text, position)
    if found is None or _DATE.match(text, found.start("digits")):
        return None
    start, end = found.span("digits")
    if found["digits"][0] in "+-" and text[max(0, start - 1) : start] not in {" ", "\t", ":", "=", "|", '"', "", ">"}:
        start += 1
    unit = _unit(text, end, fits)
    if unit is not None and _COMPARED.match(text, unit[1]):
        return None
    if unit is None and (_NOT_AFTER.match(text, end) or _DURATION.match(text, end) or _glued(text, end)):
        return None
    sign = found["sign"]
    one = Quantity(
        found.start("sign") if sign else start, end, (start, end), _WORDS_FOR_SIGNS.get((sign or "").lower(), sign)
    )
    if unit is None:
        _span(text, one)
        unit = _unit(text, one.end, fits)
        if one.second and unit is None and (_DURATION.match(text, one.end) or _glued(text, one.end)):
            return None
    if unit is None and _SPACED.match(text, one.end):
        one.spaced = True
    if unit is not None:
        one.unit, one.end = unit, unit[1]
    _rest(text, one, fits)
    return one


def following(text: str, before: Quantity, fits: Fits) -> Quantity | None:
    """The number that an arrow leads to (`2.3 → 1.9`)."""
    arrow = _ARROW.match(text, before.end)
    after = quantity(text, arrow.end(), fits) if arrow is not None and before.second is None else None
    if after is not None:
        after.arrow = True
    return after


def columns(text: str, first: Quantity, fits: Fits) -> list[Quantity]:
    """The number and those in the columns to its right, as in a row of results by day."""
    found = [first]
    while (gap := _COLUMN.match(text, found[-1].end)) and (after := quantity(text, gap.end(), fits)) is not None:
        found.append(after)
    return found


def as_range(inner: str) -> str | None:
    """The range in what stands in brackets (`normal range: 2-6%`), without its label; None when it is none."""
    bare = _LABEL.sub("", inner.strip(), count=1).strip() if _LABEL.match(inner.strip()) else inner.strip()
    found = _RANGE.fullmatch(bare)
    if found is None or not (re.search(r"\d\s?(?:-|~|to|至)\s?\d|[<>≤≥]|up to", bare)):
        return None
    unit = found["unit"].strip()
    return bare if not unit or normalize_unit(unit) is not None else None


def _span(text: str, one: Quantity) -> None:
    second = _SPAN.match(text, one.end)
    if second is not None:
        one.second, one.end = second.span("second"), second.end()


def _glued(text: str, end: int) -> bool:
    """Something directly behind the digits that is no unit of this test."""
    return _GLUED.match(text, end) is not None


def _unit(text: str, end: int, fits: Fits) -> tuple[int, int] | None:
    found = _UNIT.match(text, end)
    if found is None or not found["unit"]:
        return None
    start, stop = found.span("unit")
    while stop > start:
        written = text[start:stop].strip()
        if _is_unit(written, fits) and not re.match(r"[A-Za-z]", text[stop : stop + 1]):
            return start, start + len(text[start:stop].rstrip(" ."))
        stop = _shorter(text, start, stop)
    return None


def _shorter(text: str, start: int, stop: int) -> int:
    """One piece less: a word, a part behind a slash, or one Chinese character."""
    if "\u3400" <= text[stop - 1] <= "\u9fff":
        return stop - 1
    piece = re.search(r"(?:[ ]?/[ ]?|[ ]per[ ]|[ ])?[^ /\u3400-\u9fff]*$", text[start:stop])
    return start + piece.start() if piece is not None and piece.start() < stop - start else start


def _is_unit(written: str, fits: Fits) -> bool:
    if not written or re.match(r"/[^A-Za-zµμ\u3400-\u9fff]|.*[ /]$", written):
        return False
    if re.search(r"[/%‰^⁰-⁹°℃℉]|10[*eE]| per ", written) or written.replace(" ", "").lower() in _PLAIN_UNITS:
        return fits(written)
    if written in {"万", "千", "亿"}:
        return True
    return bool(re.fullmatch(r"[x×*][ ]?10\S+|I?U|mIU", written)) and fits(written)


def _rest(text: str, one: Quantity, fits: Fits) -> None:
    """Flags, ranges, brackets and conditions behind the number, in any order."""
    for _ in range(5):
        if (flag := _FLAG.match(text, one.end)) and one.flag is None:
            one.flag, one.end = flag.span("flag"), flag.end()
        elif one.unit is None and one.range is not None and (unit := _unit(text, one.end, fits)):
            one.unit, one.end = unit, unit[1]
        elif (bracket := _BRACKET.match(text, one.end)) is not None:
            if not _bracketed(one, bracket):
                return
        elif one.second is None and one.range is None and (bare := _BARE_RANGE.match(text, one.end)):
            one.range, one.end = bare.span("inner"), bare.end()
        elif (state := _STATE.match(text, one.end)) is not None:
            one.notes.append(_trimmed(text, *state.span()))
            one.end = state.end()
        else:
            return


def _bracketed(one: Quantity, bracket: re.Match[str]) -> bool:
    inner = bracket["inner"]
    told = as_range(inner)
    if told is not None and one.range is None:
        at = bracket.start("inner") + inner.index(told)
        one.range = (at, at + len(told))
    elif re.search(r"\d", inner) and not re.search(r"\d ?°?[CF]\b|lbs?|ft|in\b|L\b", inner):
        return False
    else:
        one.notes.append(bracket.span("inner"))
    one.end = bracket.end()
    return True


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    words = text[start:end]
    return start + len(words) - len(words.lstrip(" \t,，")), end
