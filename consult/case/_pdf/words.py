"""The labels that stand on printed laboratory reports, in English and Chinese."""

from __future__ import annotations

import re
from typing import Literal

Field = Literal[
    "name", "sex", "age", "birth", "number", "place", "person", "organisation", "contact",
    "specimen", "taken", "received", "examined", "reported", "indication", "remark", "order",
]  # fmt: skip
"""What a label announces. number: of a person, a visit or a specimen; place: ward and bed; person: whoever signed."""

_AT = r"(?: on| at)?(?: ?(?:date|time|date/time|date and time))?"
_WORDS: dict[Field, tuple[str, ...]] = {
    "name": (r"(?:患者|病人)?姓\s*名", r"(?:full |patient(?:'?s)? )?name", r"patient"),
    "sex": (r"性\s*别", r"sex", r"gender"),
    "age": (r"年\s*龄", r"age"),
    "birth": (r"出生(?:日期|年月)?", r"生日", r"d\.?o\.?b\.?", r"date of birth", r"birth ?date", r"born"),
    "number": (
        r"(?:住院|门诊|病历|病案|登记|就诊|标本|样本|条码|条形码|检验|申请单?|流水|医保|社保|证件|身份证)(?:编)?号码?",
        r"(?:患者|病人)\s*ID|ID\s*号?|卡号|[标样]本编号",
        r"(?:patient|hospital|medical record|record|accession|lab(?:oratory)?|specimen|sample|order|request|"
        r"requisition|visit|encounter|account|barcode|nhs|uhid|episode|report|case|file)\s*(?:id|no|number|#)\.?",
        r"m\.?r\.?n\.?|accession|barcode|uhid|sid|pid",
    ),
    "place": (
        r"床\s*号|病区|病房|科\s*[室别]|(?:送检|申请)科室",
        r"department|dept\.?|ward|location|bed(?: no\.?)?|unit/ward|clinic",
    ),
    "person": (
        r"(?:申请|送检|开单|开方|主治|检验|检测|审核|报告|批准|采样|采集|接收|复核)(?:医生|医师|者|人|员)",
        r"医\s*[生师]|操作者|dr\.?",
        r"(?:ref(?:erring|erred)?(?: by| physician| doctor)?|(?:ordering )?(?:provider|physician)|doctor|consultant|"
        r"(?:ordered|requested|collected|received|performed|verified|authori[sz]ed|reported|signed|approved) by|"
        r"client|technologist|pathologist)(?: name)?",
    ),
    "organisation": (
        r"医院|单位名称|(?:送检|检验)单位",
        r"hospital|lab(?:oratory)?|facility|institution|performing lab(?:oratory)?",
    ),
    "contact": (
        r"地\s*址|电\s*话|联系(?:电话|方式|人)|手机(?:号码?)?",
        r"address|phone|tel(?:ephone)?\.?|fax|mobile|e-?mail",
    ),
    "specimen": (r"[标样]本(?:类型|种类|名称)?", r"(?:specimen|sample)(?: type| source)?", r"material"),
    "taken": (
        r"(?:采集|采样|采血|抽血|取样|标本采集)(?:日期|时间)?(?:时间)?",
        rf"(?:date |time )?(?:of )?(?:collected|collection|sampled|drawn){_AT}",
        r"(?:specimen|sample) (?:date|taken|collected)(?: on)?",
    ),
    "received": (
        r"(?:接收|收样|签收|送检|接样|收到)(?:日期|时间)?(?:时间)?",
        rf"(?:date )?received{_AT}|registered(?: on)?",
    ),
    "examined": (
        r"(?:检验|检测|检查|测试)(?:日期|时间)(?:时间)?",
        r"tested(?: on)?|(?:analysis|analy[sz]ed|test) (?:date|time)",
    ),
    "reported": (
        r"(?:报告|审核|打印|发布)(?:日期|时间)(?:时间)?",
        rf"(?:date )?(?:reported|report|result(?:ed)?){_AT}|printed(?: on)?",
    ),
    "indication": (
        r"(?:临床|初步|入院|门诊)?诊断|临床(?:资料|信息|表现|症状)|病史",
        r"clinical (?:diagnosis|details|information|history|notes?|indication)",
        r"diagnosis|indication|reason for (?:test|request|referral)|history",
    ),
    "remark": (
        r"备\s*注|说\s*明|建议(?:与解释)?|解释|(?:检验)?评语|结论|标本(?:性状|状态|情况)",
        r"(?:lab(?:oratory)? )?comments?|remarks?|notes?|interpretation|conclusion|"
        r"specimen (?:condition|quality|integrity)",
    ),
    "order": (r"检[验测](?:项目|目的|名称)|申请项目|组合项目", r"panel|tests? (?:ordered|requested)|profile"),
}
_FIELDS = {name: re.compile("|".join(patterns), re.IGNORECASE) for name, patterns in _WORDS.items()}


def field_of(label: str) -> Field | None:
    """What a label announces; null when it is none of ours."""
    plain = " ".join(label.strip(" *·•|-").split())
    return next((name for name, pattern in _FIELDS.items() if pattern.fullmatch(plain)), None)
