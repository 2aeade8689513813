"""The sentences and labels that the engine itself writes into a plan, in both languages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from consult.plan._model import Plan, Unavailable

Language = Literal["en", "zh"]
_ANY = "\ue000"

_PHRASES: dict[str, tuple[str, str]] = {
    "unexplained": ("Abnormal results that no rule explains yet", "尚无规则解释的异常结果"),
    "see_also": ("See also: {section}.", "另见：{section}。"),
    "missing.text": (
        "{name} is not available; it would help to decide on: {concepts}.",
        "缺少{name}；可用于判断：{concepts}。",
    ),
    "missing.plain": ("{name} is not available; it would help.", "缺少{name}；有助于判断。"),
    "concept.unknown": ("{concept} (not in our list of concepts)", "{concept}（不在概念表中）"),
    "missing.doubted": (
        "A reliable {name} is needed, the present one is doubted; it would help to decide on: {concepts}.",
        "现有{name}存疑，需要可靠的结果；可用于判断：{concepts}。",
    ),
    "missing.history": (
        "The record does not say whether there is {name}; it would help to decide on: {concepts}.",
        "资料未说明是否有{name}；可用于判断：{concepts}。",
    ),
    "retest.avoid": (
        "{name} need not be repeated now: {value} is already available and within its retest interval.",
        "{name}目前无需重复检测：已有结果{value}，仍在复检间隔内。",
    ),
    "caution.allergy": ("The record names an allergy to {allergy}.", "病历记载对{allergy}过敏。"),
    "caution.doubt": ("The result may be wrong: {reason}", "该结果可能不可靠：{reason}"),
    "caution.superseded": (
        "The cited guidance {old} has been replaced by {new}.",
        "所引用的{old}已被{new}取代。",
    ),
    "caution.partly_superseded": (
        "Part of the cited guidance {old} has been replaced by {new}.",
        "所引用的{old}已有部分内容被{new}取代。",
    ),
    "caution.available": ("Already in this case: {value}.", "本病例已有结果：{value}。"),
    "data.poor": (
        "The quality of the data is {score} of 100: say first which results can be used, and why.",
        "数据质量评分{score}（满分100）：请首先说明哪些结果可用及理由。",
    ),
    "label.data": ("Data quality", "数据质量"),
    "data.score": (
        "{score} of 100 ({results} results; {unusable} not usable, {warned} with a warning, "
        "{missing} missing for the question)",
        "{score}/100（共{results}项结果；{unusable}项不可用，{warned}项需注意，所提问题尚缺{missing}项）",
    ),
    "care.risk": ("Risk beforehand", "操作或治疗前的风险"),
    "care.complication": ("Watch for", "需警惕的并发症"),
    "care.medication": ("For the prescriber", "供处方者考虑"),
    "care.monitoring": ("Monitoring", "监测"),
    "care.changes-plan": ("Would change the plan", "会改变方案的结果"),
    "care.follow-up": ("Follow-up", "随访"),
    "warning.switched_off": ("Switched off at this site: {listed}.", "本单位已停用：{listed}。"),
    "warning.machine": (
        "Machine-made by {who}; no clinician has confirmed it and no rule takes it for a measurement: "
        "{listed} [{report}].",
        "由{who}自动得出，未经临床医师确认，规则未将其作为测量值：{listed} [{report}]。",
    ),
    "warning.machine_measured": (
        "Machine-made by {who}, taken for measurements at this site: {listed} [{report}].",
        "由{who}自动得出，本单位作为测量值采用：{listed} [{report}]。",
    ),
    "warning.gap_model": (
        "{specialty}: its model did not answer ({reason}); what stands here is the rules engine's.",
        "{specialty}：其模型未能作答（{reason}），此处为规则引擎的结果。",
    ),
    "warning.gap": ("{specialty} did not answer ({reason}).", "{specialty}未能作答（{reason}）。"),
    "warning.allergy": (
        "The record names an allergy ({allergy}) that could not be matched with any recommendation: check every "
        "treatment and contrast study against it.",
        "病历记载过敏（{allergy}），未能与任何建议对应：请逐项核对治疗及造影检查。",
    ),
    "warning.unknown": (
        "Tests that are not known here; no rule and no critical limit looks at them: {listed}.",
        "以下项目未能识别，规则和危急值界限均未涉及：{listed}。",
    ),
    "warning.draft": (
        "Some statements rest on rules that no clinician has reviewed yet (draft knowledge).",
        "部分表述依据的规则尚未经临床医师审阅（草稿知识）。",
    ),
    "warning.unsupported": (
        "{count} statement(s) not supported by the case or the literature; marked.",
        "有{count}条表述未得到病例或文献支持，已标出。",
    ),
    "warning.prescriptions": (
        "{count} sentence(s) or name(s) by a model read like a prescription; rewritten as an option or withheld.",
        "有{count}处由模型写出的内容形似处方，已改写为选项或隐去。",
    ),
    "warning.passage": (
        "Text that reads like an instruction to a program stands in the literature ({listed}); it was treated as data.",
        "文献段落中有形似对程序下达的指令（{listed}），已按资料处理。",
    ),
    "warning.ceiling": (
        "Partial: a ceiling of this case (calls, tokens or money) was reached, and models were not asked any further.",
        "内容不完整：本病例的调用次数、令牌数或费用已达上限，此后未再询问模型。",
    ),
    "warning.deadline": (
        "Partial: the deadline of this case was reached (its ceiling of time), and models were not waited for.",
        "内容不完整：本病例已到时限，未再等待模型作答。",
    ),
    "warning.withheld": (
        "No model was asked: the texts of this case may still name somebody, and this site is strict about that.",
        "未询问任何模型：本病例文本中可能仍含可识别个人身份的内容，本机构已启用严格模式。",
    ),
    "warning.rules": (
        "Written by the rules engine from computed findings and cited passages; no language model was used.",
        "由规则引擎根据计算所得发现和引用文献生成，未使用语言模型。",
    ),
    "warning.ai": (
        "Machine-made draft. It is not a plan until a doctor has decided every item and signed.",
        "机器生成的草稿。须经医师逐项决定并签名后方为会诊方案。",
    ),
    "withheld": (
        "Withheld: the sentence read like a prescription with a dose.",
        "已隐去：该句形似含剂量的处方。",
    ),
    "withheld.name": ("Withheld (read like a prescription)", "已隐去（形似处方）"),
    "option": (
        "Consider {name}; dose, route and timing are the prescriber's decision.",
        "可考虑{name}；剂量、途径和时间由处方医师决定。",
    ),
    "problem.fact": ("cites {id}, which is not a fact of this case", "引用了{id}，但本病例无此事实"),
    "problem.passage": ("cites {id}, which is not in the literature", "引用了{id}，但文献库中无此段落"),
    "problem.number": ("the number {number} stands in nothing that is cited", "数字{number}未见于所引内容"),
    "problem.withdrawn": ("cites {id}, a result that was withdrawn", "引用了{id}，但该结果已撤回"),
    "problem.nothing": ("cites nothing", "未引用任何依据"),
    "problem.dose": ("reads like a prescription with a dose", "形似含剂量的处方"),
    "problem.value": ("{number} is not the value of what it is said of", "{number}不是所指项目的结果"),
    "problem.side": ("the value lies on the other side of {number}", "结果位于{number}的另一侧"),
    "problem.date": ("the date {date} is of nothing that is cited", "日期{date}与所引内容不符"),
    "problem.multiple": ("“{words}” does not follow from what is cited", "“{words}”无法由所引内容得出"),
    "problem.trend": (
        "the direction of the change is not that of the results",
        "变化方向与结果不符",
    ),
    "problem.flag": ("what it says of {name} is not what the result says", "对{name}的描述与结果不符"),
    "problem.polarity": (
        "what is cited says the opposite about {name}",
        "所引内容对“{name}”的表述与此相反",
    ),
    "problem.entity": ("names {name}, of which nothing that is cited speaks", "提到{name}，但所引内容未涉及"),
    "problem.quote": ("quotes “{words}”, which stands in nothing that is cited", "所引原文“{words}”未见于所引内容"),
    "problem.anchor": ("names nothing of what it cites", "未提及所引内容"),
    "problem.rule": (
        "denies {name}, which a rule concludes from what is cited",
        "否定“{name}”，而规则由所引结果得出该结论",
    ),
    "problem.consultation": (
        "speaks of the consultation itself (“{words}”), which is not a model's to decide",
        "涉及会诊本身（“{words}”），不应由模型决定",
    ),
    "problem.long": ("is too long to be checked", "过长，无法核对"),
    "keep": ("Keeps the view after seeing the other: {reason}", "看过对方意见后维持原判断：{reason}"),
    # labels
    "label.plan": ("Consultation plan", "会诊方案"),
    "label.draft": ("DRAFT, not signed", "草稿，未签名"),
    "label.signed": ("Signed", "已签名"),
    "label.alerts": ("Alerts", "警报"),
    "label.problems": ("Problems", "问题"),
    "label.recommendations": ("To consider", "建议考虑"),
    "label.missing": ("Missing to decide", "尚缺信息"),
    "label.conflicts": ("Where the specialists differ", "专科意见分歧"),
    "label.citations": ("Sources", "依据"),
    "label.results": ("Results", "检验结果"),
    "label.unsupported": ("not supported", "无依据"),
    "label.below": ("Not supported by what it cites", "所引内容不支持"),
    "label.draft_knowledge": ("draft knowledge", "草稿知识"),
    "label.dissent": ("differs", "不同意见"),
    "label.no_consensus": ("no consensus", "未达成一致"),
    "label.superseded": ("superseded by", "已被取代："),
    "label.partly_superseded": ("partly superseded by", "部分内容已被取代："),
    "label.doubted": ("doubted", "存疑"),
    "label.by": ("by", "提出："),
    "label.decision": ("decision", "决定"),
    "label.status": ("status", "状态"),
    "running": ("running", "进行中"),
    "awaiting-review": ("awaiting-review", "待审阅"),
    "reviewed": ("reviewed", "已审阅"),
    "signed": ("signed", "已签名"),
    "rejected": ("rejected", "已否决"),
    "expired": ("expired", "已过期"),
    "failed": ("failed", "失败"),
    "male": ("male", "男"),
    "female": ("female", "女"),
    "other": ("other sex", "其他性别"),
    "unknown": ("sex unknown", "性别不详"),
    "years": ("{age} y", "{age}岁"),
    "confirmed": ("confirmed", "确诊"),
    "likely": ("likely", "很可能"),
    "possible": ("possible", "可能"),
    "unlikely": ("unlikely", "可能性小"),
    "excluded": ("excluded", "已排除"),
    "recommends": ("recommends", "建议"),
    "advises-against": ("advises against", "不建议"),
    "red": ("danger", "危急"),
    "high": ("same day", "当日处理"),
    "standard": ("routine", "常规"),
    "gate": ("verify first", "先核实"),
    "info": ("note", "提示"),
    "immediate": ("now", "立即"),
    "same-day": ("same day", "当日"),
    "routine": ("routine", "常规"),
    "test": ("test", "检查"),
    "referral": ("referral", "会诊或联系"),
    "treatment": ("treatment option", "治疗选项"),
    "monitoring": ("monitoring", "监测"),
    "avoid": ("avoid", "不建议"),
}


def phrase(key: str, language: Language, **values: object) -> str:
    """The phrase `key` in `language`, its slots filled."""
    return _PHRASES[key][0 if language == "en" else 1].format(**values)


def data_text(plan: Plan) -> str | None:
    """How far the data of a plan can be relied on, in one line; None where nothing is to be said."""
    data = plan.data
    if data is None or data.score == 100:
        return None
    said = phrase("data.score", plan.language, **data.model_dump())
    return f"{phrase('label.data', plan.language)}: {said}"


def counted(key: str, language: Language) -> re.Pattern[str]:
    """The phrase `key` with any `{count}`."""
    return re.compile(re.escape(phrase(key, language, count=_ANY)).replace(_ANY, r"\d+"))


def gap_text(gap: Unavailable, language: Language, specialty: str) -> str:
    """What a plan says of an agent that did not answer.

    Args:
        gap: who, and why.
        language: of the plan.
        specialty: the agent's name in that language.
    """
    key = "warning.gap_model" if gap.instead else "warning.gap"
    return phrase(key, language, specialty=specialty, reason=gap.reason)
