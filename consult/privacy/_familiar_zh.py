"""People in Chinese who are called by a part of their name: 小王, 王姐, 其兄伟, 值班医师卢, 李某."""

from __future__ import annotations

import re
from collections.abc import Iterator

from consult.privacy._detect import Found
from consult.privacy._han import is_pair
from consult.privacy._surnames import COMMON_SURNAMES, COMPOUND_SURNAMES, GIVEN

_FAMILY = "".join(sorted(COMMON_SURNAMES))
_COMPOUND = "|".join(sorted(COMPOUND_SURNAMES))
_CHOSEN = "".join(sorted(GIVEN))
_FAMILIAR = re.compile(
    rf"(?:\A|(?<=[\s,。;!?、~:@床让叫找跟居]))(?:"
    rf"[小老大](?!时)([{_FAMILY}])(?=\Z|[\s,。;!?、:]|[说来去在那看今昨明又还也呢吧嘛的称诉送陪代帮偶常])"
    rf"|([{_FAMILY}]|{_COMPOUND})(?=[姐哥总工叔姨嫂婶伯爷奶](?:[\s,。;!?:]|\Z))"
    rf"|([{_FAMILY}])(?=老(?:予以?|指示|查房|认为|建议|意见|看过|会诊|主任))"
    rf"|([小阿][{_CHOSEN}])(?=[说来去送陪称诉哭问讲答]|[今昨]|在外|在[医家])"
    rf"|([{_CHOSEN}]{{1,2}})(?=[姐哥](?:老公|老婆|家|孩子|爱人|对象|请假|休息|住院|说|帮|今|明))"
    rf"|(?<=[。;\n])[ \t]*([{_FAMILY}]|{_COMPOUND})(?=\s*\Z))"
)
"""小王, 王姐, 阿强说; at the end of a text a surname alone has signed it."""
_RELATED = re.compile(
    rf"(?:患者|病人|其|与|同住的|嘱其|告知其)(?:长|次|三|小|养|继)?(?:[子女兄弟姐妹孙侄甥嫂妻夫父母婿]|孙[子女]|外孙女?|侄[子女]|[姑姨舅叔伯])([{_CHOSEN}]{{1,2}})"
    r"(?=同住|一周|[一二两三数近]?[天日]前|送来|送[至入医]|陪[同护送]|在场|[代已]?签[字名署]|代诉|来电|到场|接听|要求|拒绝|表示|、(?:[长次三其幼]|女儿|儿子))"
)
"""其兄斌送来, 长女琪、次子…: a relative by the given name."""
_KIN = re.compile(
    rf"(?:患者|病人|其)(?:老伴|爱人|妻子?|丈夫|[兄弟姐妹子女父母夫]|儿子|女儿)([{_CHOSEN}])(?=[。,;、\n]|做|行|表|要|说|签|同意|在|来|陪|\Z)"
)
"""告知其兄伟。: a relative by a given name of one character."""
_ALONE = re.compile(
    rf"(?:医师|医生|护士长?[ \t]?|技师|药师|[一二三]线|(?:报告|审核|复核|记录|通知|接[收听]|核对)[人者]):?[ \t]?"
    rf"([{_FAMILY}]|{_COMPOUND})(?=[ \t]*(?:[,.。;、/()]|\n|\Z|已阅|已知)|[ \t]{{2}})"
)
"""值班医师卢, 报告人:王: a surname alone behind who somebody is, with nothing after it."""
_SOME = re.compile(r"[\u3400-\u9fff](?:某某?|[x×*]{1,2})(?![a-z\d])")


def find_familiar(text: str) -> Iterator[Found]:
    """Surnames and given names alone in a folded text, where only people are called so."""
    yield from (Found("name", *match.span(match.lastindex or 1), 0.7) for match in _FAMILIAR.finditer(text))
    for pattern in (_RELATED, _KIN, _ALONE):
        yield from (Found("name", *match.span(1), 0.7) for match in pattern.finditer(text))
    for match in _SOME.finditer(text):
        at = match.start()
        if text[at] in COMMON_SURNAMES and not is_pair(text[at - 1 : at], text[at]):  # `位于X染色体`
            yield Found("name", at, at + 1, 0.8)
