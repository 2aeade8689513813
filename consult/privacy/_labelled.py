"""Numbers that a label tells, in English and Chinese: record, account, specimen, telephone, insurance, birth."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from consult.privacy._bare_numbers import find_bare_numbers
from consult.privacy._beds import find_beds
from consult.privacy._detect import Found, Kind
from consult.privacy._fold import Folded
from consult.privacy._identifiers import MEASURED
from consult.privacy._numbers_en import find_numbers_en

_PHONE_EN = re.compile(
    r"(?<![a-z])(?:tel(?:ephone)?|phone|mobile|mob|cell(?: phone)?|fax|pager|bleep|beeper|contact|home|"
    r"work|hotline|ext(?:ension)?|"
    r"call(?:ed|back)?|ring|rang|reach(?:ed|able)?|text(?:ed)?|whatsapp)\b\.?(?: (?:no|number|him|her|them|from|"
    r"back|home|on|at|via|is)\b\.?){0,3}"
    r"[\s:#.)]{0,3}(\(?\+?\d[\d\s().-]{1,20}\d)(?![a-z0-9%/])(?!\.\d)"
)
_LABEL_ZH = (
    r"(?:住院|门诊|病案|病历|就诊|就诊卡|登记|床|标本|样本|条码|条形码|检验|检查|影像|放射|超声|病理|切片|腕带|手环|血袋|献血|"
    r"储血|输血|交叉配血|会诊|胸牌|工牌|执业证?|资格证?|处方笺|收据|票据|备案|序列|设备|植入物|房间|病房|柜|铺|寄存|授权|"
    r"蜡块|ct|mr|心电图|内镜|申请单?|医嘱|处方|流水|工|医保|医保卡|社保|社保卡|社会保障|社会保障卡|护照|身份证|证件|军官证|"
    r"驾驶证|通行证|居住证|出生证|残疾证|银行卡|卡|账|微信|qq|车牌|急诊|留观|体检|发票|保单|订单|报告|患者|病人|受试者|随访|"
    r"档案|健康档案|健康卡|孕册|户口本?|手机|电话|联系|采血管?|接收|知情同意书?|快递|运单|挂号|预约|排队|通知单?|合同)"
    r"(?:编)?(?:号码?|id)|"
    r"(?:住院|门诊|病案|就诊卡|登记|床|标本|医保卡?|社保卡?|新农合|农合证?|护照|身份证|微信|wechat|qq|车牌|银行卡|条形?码|健康[卡码]|"
    r"腕带|手环|血袋|献血码|胸牌|工牌|工卡|蜡块|切片|申请单|流水|发票|收据|残疾证|出生证|军官证|士兵证|通行证|处方笺|病理|影像|档案|"
    r"执业证书?|资格证书?|序列)(?=[:为是]|\s?[(]?[a-z0-9])|(?:患者|病人|登记|就诊)\s?id"
)
_TOKEN_ZH = (
    r"((?!\d{1,3}(?:min|h|d|cm|mm|kg)(?![a-z0-9]))"
    r"(?=[a-z0-9_+-]*\d)\+?[a-z0-9]+(?:[-_+/][a-z0-9]+)*(?: \d{2,6}){0,4}(?:床)?|(?:加|抢|走廊|过道)\d{1,3})"
)
_ZH = re.compile(
    rf"(?<![卧起])(?:{_LABEL_ZH})(?:\s?(?:号|编号|为|是|均为|:|#|\(|no\.?)){{0,2}}\s{{0,2}}{_TOKEN_ZH}"
    r"(?![a-z0-9])(?!\.\d|:\d|\s?[年月日时点岁]|\s?(?:mg|ml|g|u|iu|mmol|%|次|例|份|人|支|片)(?![a-z]))"
)
_WECHAT = re.compile(r"(?:微信号?|wechat|qq号?)(?:为|是|:|\s){0,3}([a-z][a-z0-9_-]{4,19}|[1-9]\d{4,11})(?![a-z0-9])")
_PHONE_ZH = re.compile(
    r"(?:电话|手机|联系方式|热线|座机|传真|短号|分机|内线|小灵通|请拨打?|拨打|请致电|请打)(?:号码?)?(?:\s?(?:为|是|:|\()){0,2}\s{0,2}"
    r"((?:\+?86[ -]?)?(?:\(?0\d{2,3}\)?[ -]?)?\d[\d -]{1,14}\d(?:(?:转|ext)\d{1,5})?)(?![0-9a-z])(?!\.\d)"
)
_NUMBERED_ZH = re.compile(
    r"[\u4e00-\u9fff](?:证|证明|证书|编码|编号|(?<!批)号码?|码|卡|单|牌|笺|据|条|袋|盒|带|册|簿|档)(?:(?<!批)号|上)?(?:\s?(?:为|是|:|\(|no\.?))?\s{0,2}"
    r"((?=(?:[a-z/ -]*\d){5})[a-z]{0,3}\d[a-z0-9]*(?:[-/_][a-z0-9]+| \d{2,}){0,4})(?![a-z0-9])(?!\.\d|\s?[年月日])"
)
"""Whatever calls itself a number, a code, a card or a certificate, before five digits or more."""
_MARKED_ZH = re.compile(
    r"[\u4e00-\u9fff](?<![型信符代几问逗句括引冒])号(?:码)?\s?[:#(]\s?((?=[a-z-]*\d)[a-z0-9]{2,}(?:[-/_][a-z0-9]+){0,4})"
    r"(?![a-z0-9])(?!\.\d|:\d|\s?[年月日])"
)
"""Any 号 with a colon behind it."""
_LETTERED_ZH = re.compile(
    r"\((?:19|20)\d\d\)(?:[\u4e00-\u9fff]{1,4}\d{0,6}){1,3}(?<=\d)(?:-\d{1,4})?号|(?:[\u4e00-\u9fff]{0,2}|[\u4e00-\u9fff]{1,3}\([\u4e00-\u9fff]{1,3}\))字(?:[(\[]\d{4}[)\]])?\s?第?\s?\d{2,}\s?号|第\s?\d{4,}\s?号"
)
"""军字第20881号."""
_CODED_ZH = re.compile(
    r"[\u4e00-\u9fff](?<![批货型信符])号码?\s?:?\s?([a-z]{1,4}-?\d{3,}(?:[-/]\d+)*)(?![a-z0-9])(?!\.\d)"
)
"""透析号HD3950: letters and digits directly behind any number but that of a batch or of a product."""
_STAFF_ZH = re.compile(
    r"(?:医师|医生|护士|技师|药师|[者人]):[\u4e00-\u9fff·]{2,12}\(([a-z]{0,3}\d{3,8})\)"
    r"|(?:通知|报告|告知|联系|电告|致电|呼叫)[\u4e00-\u9fff·]{1,12}(?:医师|医生|主任|护士长?|教授|大夫|老师)\((\d{4,8})\)"
)
"""报告医师:黄磊(54140): the staff number behind a signature."""
_TRANSFERRED = re.compile(
    r"(?<![\d.])(?:(?:0\d{2,3}[ -]?)?\d{7,8}\s?(?:转接?|分机)\s?\d{2,6}|(?<=\d{4}(?:转|机))\d{2,6})(?!\d)"
)
_LANDLINE = re.compile(
    r"(?<![\d.+])(?:\+?86[ -]?)?(?:0\d{2,3}[ -]\d{3,4}[ -]?\d{4}|0\d{2,3}[ -]\d{5} \d{4}|1[3-9]\d{9})(?![\d.])"
)
_PLATE_ZH = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][a-hj-np-z][·\s-]?(?=[a-z0-9]{0,5}\d)[a-hj-np-z0-9]{5,6}(?![a-z0-9])"
    r"|(?:(?<=车)|(?<=车牌)|(?<=车牌号)|(?<=车牌:)|(?<=车牌号:))(?![牌号])[\u4e00-\u9fff][a-z][·\s-]?(?=[a-z0-9]{0,5}\d)[a-z0-9]{4,6}[警学挂港澳]?(?![a-z0-9])"
)
_BORN = re.compile(
    r"(?:(?<![a-z])(?:dob|d\.o\.b\.?|date of birth|birth ?date|birthday|born(?: on)?)\b|出生日期|出生年月日?|"
    r"生日|出生于)[\s:.=(]{0,3}(?:is|was|为|是)?\s?"
    r"(\d{1,4}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,4}\s?日?|(?:19|20)\d{6}|\d{1,2}(?:st|nd|rd|th)?[\s-](?:of "
    r")?[a-z]{3,9}[\s,.-]{1,2}\d{2,4}"
    r"|[a-z]{3,9}\.?\s\d{1,2}(?:st|nd|rd|th)?,?\s\d{4}|(?:19|20)\d\d\s?年(?:\s?\d{1,2}\s?月)?)"
    r"|((?:19|20)\d\d\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?日|(?:19|20)\d\d-\d{1,2}-\d{1,2})(?=\s?(?:出生|生于))"
)
_IP = re.compile(r"(?<![\d.v])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d.]*\d)")
_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"'，。；）)]+", re.IGNORECASE)
_NHS = re.compile(r"(?<![\d.-])(\d{3})[ -](\d{3})[ -](\d{4})(?![\d-]|\.\d)")
_DIGIT = re.compile(r"\d")
_EXTENSION = re.compile(
    r"(?:ext(?:ension)?|bleep|pager|beeper|fax|tel|分机|内线|短号|电话|座机|传真|转|拨打?|致电|请打)[^a-z\d]{0,6}(?:no|number)?\W{0,3}\Z"
)
"""Behind these, a number of a few digits is one that can be called; behind `called` it may be the time of day."""
_DATE = re.compile(r"(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])(?:[-/.]|\Z)")


def find_labelled(folded: Folded) -> Iterator[Found]:
    """Numbers and codes that stand behind what they are, and addresses of machines."""
    text = folded.text
    if "." in text:
        yield from (Found("other", *match.span(), 0.9) for match in _IP.finditer(text))
        yield from (Found("other", *match.span(), 0.9) for match in _URL.finditer(text))
    if _DIGIT.search(text) is None:
        return
    if not text.isascii():
        yield from (Found("id", *match.span(), 0.9) for match in _PLATE_ZH.finditer(text))
    yield from find_numbers_en(text, folded.cased)
    yield from find_beds(text, folded.cased)
    yield from find_bare_numbers(text)
    for match in _NHS.finditer(text):
        if nhs_number("".join(match.groups())):
            yield Found("id", *match.span(), 0.9)
    for pattern, kind, fits in _PATTERNS if text.isascii() else (*_PATTERNS, *_PATTERNS_ZH):
        for match in pattern.finditer(text):
            group = match.lastindex or 0
            if fits(text, match.group(group), match.end(group)):
                yield Found(kind, match.start(group), match.end(group), 0.9)


def nhs_number(digits: str) -> bool:
    """Whether ten digits are an NHS number: the last is the check digit, modulus 11."""
    rest = 11 - sum((10 - place) * int(digit) for place, digit in enumerate(digits[:9])) % 11
    return rest != 10 and rest % 11 == int(digits[9])


def _is_bed(text: str, code: str, end: int) -> bool:
    return not _DATE.match(code)


def _is_phone(text: str, number: str, end: int) -> bool:
    digits = sum(character.isdigit() for character in number)
    dated = re.match(r"\d{1,3}-\d{1,3}\Z|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}\Z|(?:19|20)\d\d[-/.]\d", number)
    if dated is not None or digits > 15 or MEASURED.match(text, end) is not None:
        return False
    return digits > 6 or _EXTENSION.search(text, max(0, end - len(number) - 16), end - len(number)) is not None


def _always(text: str, code: str, end: int) -> bool:
    return True


_Fits = Callable[[str, str, int], bool]
_PATTERNS: tuple[tuple[re.Pattern[str], Kind, _Fits], ...] = (
    (_BORN, "birth-date", _always),
    (_PHONE_EN, "phone", _is_phone),
    (_WECHAT, "id", _always),
)
_PATTERNS_ZH: tuple[tuple[re.Pattern[str], Kind, _Fits], ...] = (
    (_ZH, "id", _is_bed),
    (_NUMBERED_ZH, "id", _is_bed),
    (_MARKED_ZH, "id", _is_bed),
    (_LETTERED_ZH, "id", _always),
    (_CODED_ZH, "id", _always),
    (_STAFF_ZH, "id", _always),
    (_TRANSFERRED, "phone", _always),
    (_LANDLINE, "phone", _always),
    (_PHONE_ZH, "phone", _is_phone),
)
