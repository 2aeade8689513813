"""What cards say beside the findings, in both languages."""

from __future__ import annotations

from consult.plan import Language

_PHRASES: dict[str, tuple[str, str]] = {
    "allergy": ("{order}: the record names an allergy to {allergy}", "{order}：病历记载对{allergy}过敏"),
    "cross-allergy": (
        "{order}: related to {allergy}, to which the record names an allergy",
        "{order}：与{allergy}同类，病历记载对其过敏",
    ),
    "caution": ("{order}: {text}", "{order}：{text}"),
    "retest": (
        "{name} is already there: {value}, {age} ago; it need not be repeated yet",
        "{name}已有结果：{value}（{age}前），目前无需重复",
    ),
    "retest.interval": (
        "A repeat within {hours} hours rarely tells anything new.",
        "{hours}小时内重复检测很少提供新的信息。",
    ),
    "retest.exception": ("It is right all the same with: {exception}.", "以下情况仍应复查：{exception}。"),
    "retest.remove": ("Take {order} out of the order", "从医嘱中移除{order}"),
    "hours": ("{n} h", "{n}小时"),
    "days": ("{n} days", "{n}天"),
    "results": ("Results", "相关结果"),
    "untimed": ("time not given", "未注明时间"),
    "range": ("range {range}", "参考范围 {range}"),
    "doubt": ("The number may be wrong: {reason}", "该结果可能不可靠：{reason}"),
    "consider": ("To consider: {text}", "可考虑：{text}"),
    "avoid": ("Better not: {text}", "不建议：{text}"),
    "propose": ("Propose {name}", "建议检查：{name}"),
    "source": ("Source: {source}", "来源：{source}"),
    "superseded": ("This guidance has been replaced by {newer}.", "该指南已被{newer}取代。"),
    "superseded.partly": ("Part of this guidance has been replaced by {newer}.", "该指南已有部分内容被{newer}取代。"),
    "draft": ("No clinician has reviewed this rule yet (draft knowledge).", "该规则尚未经临床医师审阅（草稿知识）。"),
    "computed": (
        "Computed by rules from the data sent; no language model was asked.",
        "由规则根据所发送的数据计算得出，未使用语言模型。",
    ),
    "workspace": ("Open the consultation workspace", "打开会诊工作台"),
    "laboratory": ("Laboratory", "检验科"),
    "no-results": (
        "No laboratory results were sent: critical values and patterns were not looked for",
        "请求中未包含检验结果，未检查危急值和结果模式",
    ),
    "no-record": (
        "{listed} not sent: the ordered medicines were not checked against them",
        "未发送{listed}，未据此核对所开药物",
    ),
    "allergies": ("Allergies", "过敏史"),
    "medications": ("Medications", "当前用药"),
    "misplaced": (
        "A draft order names another patient than the one in view: check whose order it is",
        "有一项待签医嘱所属患者与当前患者不符，请核对",
    ),
    "others": (
        "Entries of the record that belong to another patient were left out: {n}",
        "病历中有{n}项属于其他患者，已排除",
    ),
    "unreadable": ("Parts of the record that could not be read: {n}", "病历中有{n}部分无法读取"),
    "unusable": (
        "Not held against critical limits, since unit, value or completeness is in doubt: {listed}",
        "因单位、数值或完整性存疑，以下结果未与危急值界限比较：{listed}",
    ),
    "more": ("Less urgent findings that are not shown: {n}", "另有{n}项较次要的发现未显示"),
    "override.acted": ("Already acted upon", "已处理"),
    "override.known": ("Known and stable", "已知且稳定"),
    "override.not-applicable": ("Does not apply to this patient", "不适用于该患者"),
    "override.data-wrong": ("The data are wrong or outdated", "数据有误或已过时"),
    "override.benefit": ("Benefit outweighs the risk", "获益大于风险"),
    "override.repeat-needed": ("A repeat is needed", "确需复查"),
}


def phrase(key: str, language: Language, **values: object) -> str:
    """The sentence `key` with its values."""
    english, chinese = _PHRASES[key]
    return (english if language == "en" else chinese).format(**values)
