# ruff: noqa: E501 - tables and patterns, which are read as a whole
"""Chinese names in running text, weighed: surname, characters of the given name, what stands before and after, and words.

No single sign is enough. Each candidate (a surname of one or two characters and one or two more) is given points for
what speaks for a person and loses some for every ordinary word that it would cut in two; the better of the two lengths
is taken where it reaches `ENOUGH`. The words are those of `_han`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from consult.privacy._detect import Found
from consult.privacy._han import followers, is_pair
from consult.privacy._surnames import COMMON_SURNAMES, COMPOUND_SURNAMES, GIVEN, RARE_SURNAMES
from consult.privacy._words_zh import AMBIGUOUS, NOBODY, NOT_GIVEN, NOT_NAMES, ROLES, TITLE_ZH

ENOUGH = 3.5
"""Points from which on a candidate is a name."""
_RARELY = 5
"""Words that a character begins; with fewer, a character that parents choose says much."""
_LED_POINTS = 1.5
"""Where somebody is asked, told or sent; the less, where the same characters may be the middle of a word."""
_REACH = 8
_SOMETIMES = frozenset("于加有为知发代常同行正应起能其之若和生重元异类前进立本志转才社会")
"""Characters that records are full of and parents choose as well: 有田, 为民, 知行."""
_FUNCTION = frozenset("和经于时向管查从连应单全成平明常都同并由水公别来后可敬候官母青火")
"""Surnames that are words of the record by themselves: believed where somebody is announced, or nothing else can be meant."""
_HAN = re.compile(r"[\u3400-\u9fff]")
_WHOSE = frozenset("其之外长重")
"""Before 孙 these make it a grandchild."""
_NEVER = frozenset("但占有能须师终相况见在所是")
_SURNAME = re.compile(
    rf"(?:{'|'.join(sorted(COMPOUND_SURNAMES))})|[{''.join(sorted((COMMON_SURNAMES | RARE_SURNAMES) - _NEVER))}]"
)
_JOB = (
    r"(?:(?:(?:申请|送检|采样|采集|接收|检验|检查|审核|复核|核对|报告|记录|书写|汇报|陈述|操作|执行|阅片|诊断|照顾|照料|监护|联系|委托|代理|代办|陪同|护送|目击|报警|授课|参加|参会|主讲|主持|发言|负责|研究|录入|领取|交接|值班|签名|签字|见证|谈话|随访|配药|取药)[者人员]|"
    r"[医护技药]师|医生|学生|护士长?|助产士|营养师|治疗师|康复师|麻醉师|[科院组班队处所]长|对象|姓名)(?:为|是|叫|系)?|我是[\u4e00-\u9fff]{0,6}的?|敬礼!?|实习生|研究生|进修生|规培生|民警|警察|交警|司机|亲友|家人|亲属|患者之?|病友|同病室|病室|之[兄嫂弟妹姐夫妻子女父母侄孙甥婿]|其[孙侄甥嫂婿]|"
    r"(?:[一二三四]助|主刀|助手|取材|切片|制片|镜检|诊断|审核|复核|检验|报告|核对|配药|发药|摆药|采样|洗手|巡回|书写|整理|录入|值班|夜班|白班|中班|大夜|小夜|一线|二线|三线|听班|副班|主班|责班|上级|带教|管床|质控|上机|下机|接诊|首诊|接手|换成|换为|换班|替班|顶班|负责人|[\u4e00-\u9fff]者|\d床)(?:为|是)?)\Z"
)
_KIN = re.compile(
    r"(?:\A|[^\u4e00-\u9fff]|患者|病人|患儿|其|之|长|次|幼|养|继|独|大|二|三|小)[父母兄弟姐妹子女夫妻孙叔伯姨姑舅婶嫂婿媳侄甥](?:亲)?(?:名|叫|是|为)?\Z"
)
_ANNOUNCED = re.compile(rf"(?:{ROLES})[\s(,]?(?:名叫|名为|叫|是|为|系)?\Z|{_JOB}")
_LED = re.compile(
    r"(?:由|请|经|与|向|和|同|跟|对|让|派|嘱|遵|据|随|找|给|予|呼|叫|及|并|或|@|通知|告知|联系|致电|报告|汇报|询问|请示|咨询|感谢|拜托|麻烦|转告|提醒|协助|陪同|委托|授权|经由|改由|交由|转由|[科室部院区组处班]的?)\Z"
)
_THEN = re.compile(
    r"(?:今日?|昨日?|今晨|昨晚|昨夜|今晚|夜间|晨间|上午|下午|晚上|凌晨|当日|次日|随后|[后曾再已现在的者人员])\Z"
)
_TITLED = re.compile(TITLE_ZH)
_PATIENT = re.compile(r"(?:患者|病人|患儿|产妇|家属)[\s:]?\Z")
"""Behind these stands what somebody has as often as who it is."""
_EPONYM = re.compile(
    r"[生斯尔森德特克顿林逊曼夫菲恩格兰里利莱伦罗尼亚姆欣金]{0,3}(?:-[\u4e00-\u9fff]|综合征|病(?![情人房区室例史程友床危重逝故倒愈假休])|征(?![得求询])|氏|现象|小体|淋巴瘤|肉芽肿|试验|评分|三联|反应|量表|分型|分级|骨折(?![入住来患就手])|染色|法则|定律|切迹|切口|手法|手术刀|四步|一级症状|抗原|培养基|\s?\d+(?:\.\d+)?\s?(?:mg|g|ml|ug|iu|u|片|粒|丸)(?![a-z]))"
)
"""What follows the name of somebody whom a disease is called after."""
_TITLE_BEFORE = re.compile(rf"{TITLE_ZH}\Z")
_ALONE = re.compile(
    rf"{TITLE_ZH}|主治|住院医|表示|接听|复述|代[签诉述购缴]|签[字名署]|陪[同护伴]|看护|照[护料顾看]|值班|管床|当班|接班|交班|巡视|查房|阅片|主刀|送检|采[集血样]|摆药|配药|沟通|谈话|"
    r"助产士|营养师|治疗师|康复师|到场|在场|在外|赶[到来]|抵达|前来|来电|致电|系[患其夫父母]|及其[妻夫父母子女家]|聚[餐会]|代为|体健|健在|外出|务工|送饭|上门|于\d|搀扶|护送|翻身|拨打|垫付|推倒|宣教|宣布|汇报|答复|回复|签收"
    r"|\([^()\n]{0,10}[科室部组院]\)|[ ,]{0,2}\(?(?:[之其患]|与患者|系|身份证|手机|电话|联系[方电]|丈夫|妻子|夫妻|儿子|女儿|母亲|父亲|家属|护士|医生|主任|[兄弟姐妹][\),])"
)
"""Only people are followed by these."""
_ACTS = re.compile(
    r"爬[床起出]|跌倒|摔倒|坠床|扶[起住]|接手|急会诊|接听|医[师生]|护士|要求|告知|拒绝|同意|交谈|查看|看[过诊]|会诊|指示|指导|认为|建议|提[出议示]|补充|强调|指出|记录|书写|整理|报告|核对|审核|复核|主持|组织|到达|来院|去电|送[至来]|带[来教领]|接[诊待到]|"
    r"收[治入]|操作|执行|完成|协助|穿刺|发药|给予|处[理置]|办理|缴费|护理|发现|诉|称|说|自[述诉行]|反[映应]|讲述|叙述|介绍|电话|手机|微信|联系|已故|死于|患|服药|处[随就]|随访|等\d*[人名位]|"
    r"台上|一同|共同|同行|两人|二人|阅|正在|刚刚|未到|请假|休息|倒地|落款"
)
_BEFORE_LISTED = re.compile(r"(?:[\u4e00-\u9fff]{2,6}、)+\Z")
_AFTER_LISTED = re.compile(r"(?:、[\u4e00-\u9fff]{2,3})+")
_DRUG = re.compile(
    r"(?:[膏丸散汤片丹素苷唑]|胶囊|颗粒|杜仲|黄芪|黄连|黄芩|黄柏|石膏|白术|白芍|白芷|甘草|何首乌|金银花|连翘|麦冬|牛膝|桑叶|柴胡|葛根|当归|川芎|人参|党参|三七|半夏|陈皮|茯苓)\Z"
)
"""Herbs, and what drugs end in."""
_SPEAKS = re.compile(r":|[ \t]*(?:\Z|\d{4}[-年/.]|\d{1,2}[:月])|/[\u4e00-\u9fff]{2,4}(?![\u4e00-\u9fff])")
"""Behind a signature stands nothing, a date or the second signature; behind a speaker a colon."""
_ENDS = re.compile(
    r"\Z|[^\u3400-\u9fff]|[于在已将就即也均都仍再曾等因被把对向为以从与和及或同并诉述称说签阅审核陪来到去送带请让给予经由遵随接待行做完未不无有是系的之其办拨发告嘱转交领取回返打]|今日|昨日|医|主任|教授|老师|主治|住院"
)


def find_scored(text: str) -> Iterator[Found]:
    """Names in the running words of a folded text."""
    done = 0
    for match in _SURNAME.finditer(text):
        start: int = match.start()
        if start < done or (text[start] == "孙" and text[start - 1 : start] in _WHOSE):
            continue
        end, points = _best(text, start, len(match.group()))
        if points >= ENOUGH and not _among_drugs(text, start, end):
            done = end
            yield Found("name", start, end, 0.75)


def _among_drugs(text: str, start: int, end: int) -> bool:
    """`杜仲、田七、徐长卿、何首乌`: whether what is enumerated beside it is herbs or drugs."""
    if text[start - 1 : start] != "、" and text[end : end + 1] != "、":
        return False
    before, after = _BEFORE_LISTED.search(text, max(0, start - 30), start), _AFTER_LISTED.match(text, end)
    beside = [one for match in (before, after) if match for one in match.group().split("、") if len(one) > 1]
    return any(
        _DRUG.search(one) is not None or ((found := NOT_NAMES.match(one)) and found.group() == one[:3])
        for one in beside
    )


def _best(text: str, start: int, size: int) -> tuple[int, float]:
    """The better end of a name that begins at `start`, and its points."""
    given = start + size
    if not _HAN.match(text, given) or _TITLED.match(text, given):
        return start, 0.0
    before = _before(text, start)
    word = NOT_NAMES.match(text, start)
    if word is not None and not (before > 2 and word.end() < given + 2 and _fills(text, start, given + 2)):
        return start, 0.0  # 黄连, but 护士黄连生
    surname = _surname_points(text, start, size, announced=before > 2)
    ways = [
        (
            given + count,
            surname
            + before
            + _given_points(text, start, given, given + count, free=before < 1.5)
            + after
            + (_fills(text, start, given + count) if before > 2 or abs(before) == _LED_POINTS else 0.0),
        )
        for count in (2, 1)
        if _HAN.match(text, given + count - 1) and not _EPONYM.match(text, given + count)
        if (after := _after(text, given + count)) > 1
        or before > (2 if text[start] in _FUNCTION else 0)  # inside a word only what people alone do decides
    ]
    return max(ways, key=lambda way: way[1], default=(start, 0.0))


def _surname_points(text: str, start: int, size: int, *, announced: bool) -> float:
    if size == 2:
        return 1.5
    if text[start] in _FUNCTION:
        return 0.0 if announced else -0.5
    if text[start] not in COMMON_SURNAMES:
        return 0.0 if announced else -0.5
    if text[start] in AMBIGUOUS:
        return 0.5 if announced else 0.0
    return 1.0


def _before(text: str, start: int) -> float:
    """Whether somebody is spoken of, or at least a word can begin here."""
    if start and _HAN.match(text, start - 1):
        place = max(0, start - _REACH)
        if (
            _ANNOUNCED.search(text, place, start)
            or _KIN.search(text, place, start)
            or _TITLE_BEFORE.search(text, place, start)
        ):
            return 2.5
        inside = is_pair(text[start - 1], text[start])
        if _LED.search(text, place, start):
            return -_LED_POINTS if inside else _LED_POINTS
        if _THEN.search(text, place, start):
            return -1.5 if inside else 1.0
        return -2.5 if inside else -0.5
    place = max(0, start - _REACH)
    marked = text[start - 1 : start] == "@" or _ANNOUNCED.search(text[place:start].rstrip(" :\t(")) is not None
    return 2.5 if marked else 1.5 if text[start - 1 : start] == ":" else 1.0


def _given_points(text: str, start: int, given: int, end: int, *, free: bool) -> float:
    """How much the given name looks like one, and what ordinary words it would destroy."""
    points = -0.5 if end - given == 1 else 0.0
    for place in range(given, end):
        one = text[place]
        if one in GIVEN:
            begun = len(followers().get(one, ""))
            points += 1.0 if begun > _RARELY else 1.75 if begun else 2.25
        elif one in _SOMETIMES:
            points -= 0.5
        elif one in NOT_GIVEN:
            points -= 2.5
        elif free:
            points -= 0.5
    if end - given == 2 and text[given] == text[given + 1] and text[given] not in NOT_GIVEN:
        points += 1.5
    if NOBODY.match(text, given) and is_pair(text[given], text[given + 1 : given + 2]):
        points -= 2.0
    if text[start] in _FUNCTION and any(one not in GIVEN for one in text[given:end]):
        points -= 1.5
    if given - start == 1 and is_pair(text[start], text[given]):
        points -= 2.0 if free else 1.5
    if (
        text[end : end + 1] in "\n"
        and (start == 0 or text[max(0, start - 4) : start].rstrip(" \t")[-1:] in "\n。")
        and end - start > 1
    ):
        points += 1.0  # a line or a last sentence of its own
    return points


def _fills(text: str, start: int, end: int) -> float:
    """More where a name and nothing else stands between the word that announces somebody and the next mark."""
    if _HAN.match(text, end) is not None or _PATIENT.search(text, max(0, start - _REACH), start):
        return 0.0
    return 1.0 if all(one in GIVEN for one in text[max(start + 1, end - 2) : end]) else 0.0


def _after(text: str, end: int) -> float:
    """Whether the text goes on as after a person, or at least a word can end here."""
    if _ALONE.match(text, end):
        return 2.0
    if _ACTS.match(text, end) or _SPEAKS.match(text, end):
        return 1.5
    if not _HAN.match(text, end):
        return 1.0
    crossing = is_pair(text[end - 1], text[end])
    following = is_pair(text[end], text[end + 1 : end + 2])
    if _ENDS.match(text, end):
        return 0.5 if crossing and not following else 1.0
    return (-1.0 if crossing else 0.0) + (0.5 if following else -0.5)
