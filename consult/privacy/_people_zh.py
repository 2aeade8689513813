"""People whom no message names, in Chinese: behind labels and relations, before titles, and free where it is plain."""

from __future__ import annotations

import re
from collections.abc import Iterator

from consult.privacy._detect import Found
from consult.privacy._familiar_zh import find_familiar
from consult.privacy._fold import Folded
from consult.privacy._han import is_pair
from consult.privacy._scored_zh import find_scored
from consult.privacy._surnames import COMMON_SURNAMES, COMPOUND_SURNAMES, ELEMENTS, GIVEN, RARE_SURNAMES, TRANSCRIBED
from consult.privacy._words_zh import (
    AMBIGUOUS,
    BEFORE_TITLE,
    FOLLOWS,
    LABELS,
    LEADS,
    NOBODY,
    NOT_GIVEN,
    NOT_NAMES,
    ROLES,
    TITLE_ZH,
)

_HAN = re.compile(r"[\u3400-\u9fff]")
_LABEL = re.compile(
    rf"(?:{LABELS})\s?(?:\((?:签名|签字|盖章)\))?\s*(?::[ \t]*|\t[ \t]*|[ \t]{{1,4}})(?=[\u3400-\u9fff])"
)
_SURNAMES = COMMON_SURNAMES | RARE_SURNAMES
_ALSO = re.compile(r"(?:\([^()\n]{1,12}\))?[ \t]?[、,/和与及][ \t]?(?=[\u3400-\u9fff])")
"""Between the members of an enumeration."""
_REACH = 10
"""Characters before a name that tell whether somebody is spoken of."""
_SPELLED = re.compile(rf"[{TRANSCRIBED}]{{3,6}}(?={FOLLOWS.pattern})")
_SPOKEN_OF = re.compile(rf"(?:{ROLES}|[者人员师士生任][:\s]{{1,3}}|{TITLE_ZH})(?:是|为|叫)?\Z")
_TITLED = re.compile(TITLE_ZH)
_ELEMENT = "|".join(ELEMENTS)
_DOTTED = re.compile(
    rf"[\u4e00-\u9fff]{{2,7}}(?:·(?:(?:{_ELEMENT})+(?={FOLLOWS.pattern}|·)|[{TRANSCRIBED}]{{2,8}}|[\u4e00-\u9fff]{{1,7}}?(?={FOLLOWS.pattern}|·)|(?:{_ELEMENT})+)){{1,3}}"
)
_BEFORE_DOTTED = re.compile(rf".*(?:{ROLES}|{LEADS}|姓名|签名|人|[科室部院])(?=[\u4e00-\u9fff]{{2}})")
_FOREIGN = re.compile(rf"(?:{_ELEMENT}){{2,4}}|{'|'.join(one for one in ELEMENTS if len(one) > 2)}|热依汗|阿依古丽")
_WHOLE = re.compile(r"[\u3400-\u9fff]{2,4}(?=\Z|[^\u3400-\u9fff·]|性别|年龄|男|女)")
_OFFICE = re.compile(
    r"[\u4e00-\u9fff]{1,8}?(?:科|办|部|中心|医院|门诊|室|组|站|处)(?=[\u4e00-\u9fff]{2,4}(?![\u4e00-\u9fff]))"
)
"""`审核员:医保办周颖`: where somebody works, before the name."""
_PATIENT = re.compile(r"患|病人|产妇|受检|儿")
_NEXT = re.compile(r"[ \t]?[、/,][ \t]?(?=[\u3400-\u9fff])")
_LISTED = re.compile(
    r"[\u3400-\u9fff]{2,4}(?=\Z|[^\u3400-\u9fff·])|[\u3400-\u9fff]{2,3}?(?=等|和|与|及|" + TITLE_ZH + ")"
)


def find_people_zh(folded: Folded) -> Iterator[Found]:
    """Names of people in a folded text; of two finds one inside the other, the longer."""
    text = folded.text
    if _HAN.search(text) is None:
        return
    end = 0
    for one in sorted(_all(text), key=lambda one: (one.start, -one.end)):
        if one.end > end:
            end = one.end
            yield one


def _all(text: str) -> Iterator[Found]:
    yield from _of_other_languages(text)
    yield from _labelled(text)
    yield from _titled(text)
    for one in find_scored(text):
        yield one
        yield from _enumerated(text, one.end)
    yield from find_familiar(text)


def _of_other_languages(text: str) -> Iterator[Found]:
    """Tibetan, Uyghur, Kazakh and Mongolian names, and whatever is spelled by its sound where somebody is spoken of."""
    for match in _DOTTED.finditer(text) if "·" in text else ():
        before = _BEFORE_DOTTED.match(match.group().partition("·")[0])
        skipped = before.end() if before else 0
        if _is_dotted(match.group()[skipped:]):
            yield Found("name", match.start() + skipped, match.end(), 0.9)
    yield from (Found("name", *match.span(), 0.9) for match in _FOREIGN.finditer(text) if len(match.group()) > 2)
    for match in _SPELLED.finditer(text):
        spoken_of = _SPOKEN_OF.search(text[max(0, match.start() - _REACH) : match.start()]) is not None
        if spoken_of and not NOT_NAMES.match(match.group()):
            yield Found("name", *match.span(), 0.7)


def find_doubtful_zh(folded: Folded) -> Iterator[tuple[int, int]]:
    """Places where somebody is announced and what stands there is not understood as a name, nor as anything else."""
    for match in _LABEL.finditer(folded.text):
        whole = _WHOLE.match(folded.text, match.end())
        if whole is not None and not NOBODY.match(whole.group()) and not NOT_NAMES.match(whole.group()):
            yield whole.span()


def _is_dotted(name: str) -> bool:
    """Whether it can be a name: `非霍奇金·B细胞` has words of medicine in it."""
    return not re.search(r"[病症癌瘤炎药片剂型性科室院]", name)


def _labelled(text: str) -> Iterator[Found]:
    """`姓名: 欧阳兰芝`, `审核者: 王强/李敏`; behind a label even a surname that nobody else has is believed."""
    for match in _LABEL.finditer(text):
        start: int = match.end()
        if (office := _OFFICE.match(text, start)) is not None and _named(text, office.end()):
            start = office.end()
        named = _PATIENT.search(match.group()) is None and _filled(text, start)
        while (end := named or _named(text, start)) is not None:
            named = None
            yield Found("name", start, end, 0.95)
            following = _NEXT.match(text, end)
            if following is None or text[following.end()] not in COMMON_SURNAMES:
                break
            start = following.end()


def _filled(text: str, start: int) -> int | None:
    """The end of what stands alone behind the label of somebody who is not ill: a name, though it be a word too."""
    whole = _WHOLE.match(text, start)
    if whole is None or NOBODY.match(text, start) or not _pronounced(whole.group()) or len(whole.group()) > 3:
        return None
    if _TITLED.search(whole.group()) or NOT_NAMES.match(text, start):
        return None
    return whole.end() if all(_given(one) for one in whole.group()[1:]) else None


def _enumerated(text: str, end: int) -> Iterator[Found]:
    """What follows a name in an enumeration and has the look of one: `王强、成方、于明`."""
    while (mark := _ALSO.match(text, end)) is not None:
        start = mark.end()
        whole = _LISTED.match(text, start)
        if whole is None or NOT_NAMES.match(text, start) or NOBODY.match(text, start) or not _pronounced(whole.group()):
            return
        family = 2 if whole.group()[:2] in COMPOUND_SURNAMES else 1
        given = whole.group()[family:]
        if _is_somebody(text, start + family):  # 解医生: found by the title
            end = whole.end()
            continue
        if not given or not all(_given(one) for one in given) or not any(one in GIVEN for one in given):
            return
        end = whole.end()
        yield Found("name", start, end, 0.7)


def _named(text: str, start: int) -> int | None:
    """End of the name that a label asks for."""
    if NOBODY.match(text, start):
        return None
    for pattern in (_DOTTED, _FOREIGN, _WHOLE):
        match = pattern.match(text, start)
        if match is not None and NOT_NAMES.match(text, start) is None and _pronounced(match.group()):
            titled = _TITLED.search(match.group(), 1)
            return match.end() if titled is None else start + titled.start()
    return _name_end(text, start)


def _pronounced(word: str) -> bool:
    """Whether it begins like a name."""
    return "·" in word or word[0] in COMMON_SURNAMES | RARE_SURNAMES or word[:2] in COMPOUND_SURNAMES


def _name_end(text: str, start: int) -> int | None:
    """Where the name that begins at `start` behind a label ends; None where none does."""
    size = _surname(text, start)
    if not size or NOT_NAMES.match(text, start):
        return None
    given = start + size
    one, two = text[given : given + 1], text[given + 1 : given + 2]
    if not _HAN.match(one) or _TITLED.match(text, given) or _is_somebody(text, given):
        return None
    ends_two = bool(_HAN.match(two)) and _ends(text, given + 2)
    ends_one = _ends(text, given + 1)
    careful = size == 1 and text[start] in AMBIGUOUS
    if ends_two and _given(two) and (_given(one) or not careful) and not (ends_one and one in GIVEN and two in _WEAK):
        return given + 2
    if ends_one and (_given(one) or not careful):
        return given + 1
    if ends_two and (not careful or one in GIVEN):
        return given + 2
    return given + 2 if one in GIVEN and two in GIVEN else None


def _is_somebody(text: str, place: int) -> bool:
    """Whether a word for somebody begins here rather than a given name: `李患者`, `王医师`."""
    match = NOBODY.match(text, place)
    return match is not None and len(match.group()) > 1


def _ends(text: str, place: int) -> bool:
    return FOLLOWS.match(text, place) is not None or _PERSON.match(text, place) is not None


def _given(character: str) -> bool:
    """Whether it may stand in a given name: parents choose it, or at least no record needs it."""
    return character in GIVEN or (_HAN.match(character) is not None and character not in NOT_GIVEN)


_WEAK = frozenset("同来可发有家今平代于自在")
"""Characters of given names that begin what follows a name as often."""


_PERSON = re.compile(
    rf"{TITLE_ZH}|表示|诉|述|电话|手机|签字|签名|代诉|陪同|要求|告知|拒绝|同意|接听|复述|操作|完成|协助|签署|敬上|代购|照料|到场|接待|主持|汇报|发言|采集|护送|搀扶|讲解|介绍"
    r"|\((?:丈夫|妻子|夫妻|[之其]|儿子|女儿|母亲|父亲|家属|护士|医生|主任|手机|电话|身份证|\d|[兄弟姐妹])"
)
"""Only people are followed by these."""


def _surname(text: str, start: int) -> int:
    """How many characters the surname at `start` has; 0 when there is none."""
    if text[start : start + 2] in COMPOUND_SURNAMES:
        return 2
    return 1 if text[start : start + 1] in COMMON_SURNAMES | RARE_SURNAMES else 0


def _titled(text: str) -> Iterator[Found]:
    """`王主任`, `欧阳医生`, `李建国教授`."""
    for match in _TITLED.finditer(text):
        end: int = match.start()
        start = _before_title(text, end)
        if start is not None:
            yield Found("name", start, end, 0.85)


_LEFT = re.compile(
    r"(?:\A|[^\u4e00-\u9fff]|[由请经与向和及报找科部室的]|通知|今日|医师|医生|主任|中心|医院|站|办|处)\Z"
)


def _before_title(text: str, end: int) -> int | None:
    for size in (4, 3, 2):
        start = end - size
        if start < 0:
            continue
        family = 2 if text[start : start + 2] in COMPOUND_SURNAMES else 1
        given = text[start + family : end]
        if not given:
            return start
        word = NOT_NAMES.match(text, start)
        if word is not None and word.end() == end:  # 麻醉医师
            continue
        plain = text[start] in COMMON_SURNAMES and text[start] not in AMBIGUOUS
        open_ = _LEFT.search(text, max(0, start - _REACH), start) is not None and not NOT_NAMES.match(text, start)
        plain = plain or (text[start] in COMMON_SURNAMES and open_)
        if len(given) < 3 and (family == 2 or plain) and all(_given(one) if open_ else one in GIVEN for one in given):
            return start
    single = end - 1
    if (
        single < 0
        or text[single] not in COMMON_SURNAMES | RARE_SURNAMES
        or BEFORE_TITLE.search(text, max(0, end - 3), end)
    ):
        return None
    open_ = _LEFT.search(text, max(0, single - _REACH), single) is not None
    if text[single] not in COMMON_SURNAMES and (not open_ or is_pair(text[single - 1], text[single])):
        return None
    inside = not open_ and is_pair(text[single - 1 : single], text[single])  # `用于医生`
    return None if inside or text[end - 2 : end] in COMPOUND_SURNAMES else single
