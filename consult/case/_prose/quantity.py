"""What stands behind the name of a test: a number with its unit, flag and range, exactly where it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from consult.analytes import normalize_unit
from consult.case._prose.written_units import Fits, unit_at

_LINKS = re.compile(
    r"[ \t|\"']*+(?:"
    r"(?:levels?|counts?|values?|concentration|total|results?|was|were|is|are|of|at|with a|measured|measuring|"
    r"approximately|about|around|only|now|currently|still|that|has|have|been|"
    r"stable at|steady at|up to|trough|(?:came back|returned|elevated|raised|high|low|reduced) at|"
    r"(?:rose|risen|rising|increased|elevated|fell|fallen|falling|decreased|dropped|dropping|improved"
    r"|down) to)(?![A-Za-z0-9])"
    r"|(?P<from>(?:(?:fell|fallen|falling|dropped|dropping|decreased|declined|down|rose|risen|rising|increased|up|went"
    r"|improved) )?from(?![A-Za-z0-9])|由|从|自)"
    r"|(?P<when>on admission|at admission|at presentation|on arrival|today|yesterday|this morning|"
    r"入院时|入院当天|入院后|今日|今晨|昨日|当日|就诊时)"
    r"|测定值?|计数|浓度|水平|检测|结果|含量|指数|的|(?:进行性)?(?:上升|升高|增高|升|下降|降低|降|减低|减少"
    r"|增加)[至到为]|高达|低至|达到?|仅|约|为|是|示"
    r"|(?P<flag>[↑↓]{1,3}(?=[ \t]*\d)|\*{1,2}(?=\d)|(?-i:HH|LL|H|L)(?=[ \t]+\d))"
    r"|(?<=temp)\.(?=[ ]?\d)|(?<=[wh]t)\.(?=[ ]?\d)|[:=]|-(?=[ \t]))",
    re.IGNORECASE,
)
_MOST_LINKS = 6
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
_COMPARED = re.compile(
    r"[ ](?:deviation|difference|above|below|over(?! the| a |[ ]\d)|longer|shorter|more|less|from|higher|lower|per)\b"
)
"""A distance to something else, not a result: `2 seconds above control`."""
_GLUED = re.compile(
    r"[A-Za-z\u0370-\u03ff*]|[ ]?[A-Za-zµμ]{1,6}/|[ ]?/[A-Za-zµμ\u3400-\u9fff]|[ ]?[%‰°℃℉]"
    r"|[ ](?:lakhs?|lacs?|crores?|thousand|million|k)\b",
    re.IGNORECASE,
)
_FLAG = re.compile(
    r"[ \t|]*+(?P<flag>[↑↓]{1,3}|(?<=[ \t|])(?:HH|LL|H|L|\*{1,2})(?=[ \t]*(?:$|[,，;；|)(\n。]|[↑↓])"
    r"|[ \t]+(?:[A-Za-zµμ]{1,6}[ ]?/|%|10[\^*]|[x×*][ ]?10)))"
)
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
_LATER = re.compile(
    r"[ \t]*+[,，;；][ \t]*+(?:(?:at|on|by|before) discharge|出院[时前]|复查)[ ]?(?:of |is |was |[:为])?[ ]?(?=\d)",
    re.IGNORECASE,
)
_SERIES = re.compile(
    r",[ ](?=\d+(?:\.\d+)?(?:,[ ]\d+(?:\.\d+)?)*"
    r"(?:[ ]*(?:[;\n。)]|\.(?!\d)|$)|[ ]?[A-Za-zµμ]{1,4}/[A-Za-z]))"
)
_TREND = re.compile(r"[ \t]*+(?:to|till|[升降上下减增]{0,2}[至到为])[ \t]*+(?=\d)", re.IGNORECASE)
_COLUMN = re.compile(r"[ ]{2,}|[ ]?[\t|][\t| ]*")
_WORDS_FOR_SIGNS = {
    "below": "<", "under": "<", "above": ">", "over": ">", "less than": "<", "greater than": ">", "more than": ">",
    "不足": "<", "小于": "<", "低于": "<", "大于": ">", "高于": ">", "超过": ">",
}  # fmt: skip


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
    flag: tuple[int, int] | None = None
    """A mark before the number (`↑18.2`, `*131`)."""
    trend: bool = False
    """`fell from`: the number that follows is the first of two."""


_TAIL = re.compile(r"(?:[#%]|(?<=[A-Za-z])\d?[+]{1,2}|(?<=\d)[+]{1,2}|\d?-(?=[ \t\"':=|<>]|$))?")
_GLOSS = re.compile(r"[ \t]*+\((?P<inner>[^()\n]{1,24})\)")


def name_end(text: str, end: int) -> int:
    """Where a name ends that goes on with a charge or a percent sign (`K+`, `HCO3-`, `NEUT%`)."""
    found = _TAIL.match(text, end)
    return found.end() if found is not None else end


def lead(text: str, position: int) -> Lead:
    """Over the words between a name and its number (`count was`, `:`, `降至`)."""
    when = bracket = flag = None
    trend = False
    gloss = _GLOSS.match(text, position)
    if gloss is not None and not gloss["inner"][:1].isdigit():
        bracket, position = gloss.span("inner"), gloss.end()
    for _ in range(_MOST_LINKS):
        link = _LINKS.match(text, position)
        if link is None:
            break
        if link["when"]:
            when = link.span("when")
        if link["flag"]:
            flag = link.span("flag")
        trend = trend or link["from"] is not None
        position = link.end()
    return Lead(position, when, bracket, flag, trend)


def quantity(text: str, position: int, fits: Fits, *, trend: bool = False) -> Quantity | None:
    """The number at a position with all that belongs to it; None when there is none, or it is something else.

    In a trend (`from 220 to 78`) what follows behind `to` is the next value and not the end of a range.
    """
    found = _NUMBER.match(text, position)
    if found is None or _DATE.match(text, found.start("digits")):
        return None
    start, end = found.span("digits")
    if found["digits"][0] in "+-" and text[max(0, start - 1) : start] not in {" ", "\t", ":", "=", "|", '"', "", ">"}:
        start += 1
    unit = unit_at(text, end, fits)
    if unit is not None and _COMPARED.match(text, unit[1]):
        return None
    if unit is None and (_NOT_AFTER.match(text, end) or _DURATION.match(text, end) or _glued(text, end)):
        return None
    sign = found["sign"]
    one = Quantity(
        found.start("sign") if sign else start, end, (start, end), _WORDS_FOR_SIGNS.get((sign or "").lower(), sign)
    )
    if unit is None and not (trend and _TREND.match(text, end)):
        _span(text, one)
        unit = unit_at(text, one.end, fits)
        if one.second and unit is None and (_DURATION.match(text, one.end) or _glued(text, one.end)):
            return None
    if unit is None and _SPACED.match(text, one.end):
        one.spaced = True
    if unit is not None:
        one.unit, one.end = unit, unit[1]
    _rest(text, one, fits)
    return one


def following(text: str, before: Quantity, fits: Fits, *, trend: bool = False) -> Quantity | None:
    """The number that an arrow leads to (`2.3 → 1.9`), a trend (`from 2.3 to 1.9`), a later time or a comma."""
    arrow = _ARROW.match(text, before.end) or (_TREND.match(text, before.end) if trend else None)
    after = quantity(text, arrow.end(), fits) if arrow is not None and before.second is None else None
    if arrow is None and (later := _LATER.match(text, before.end)) is not None:
        after = quantity(text, later.end(), fits)
        after = after if after is not None and after.unit is not None else None
    if arrow is None and before.unit is None and (more := _SERIES.match(text, before.end)) is not None:
        after = quantity(text, more.end(), fits)
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


def _rest(text: str, one: Quantity, fits: Fits) -> None:
    """Flags, ranges, brackets and conditions behind the number, in any order."""
    for _ in range(5):
        if (flag := _FLAG.match(text, one.end)) and one.flag is None:
            one.flag, one.end = flag.span("flag"), flag.end()
        elif one.unit is None and (one.range or one.flag) is not None and (unit := unit_at(text, one.end, fits)):
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
