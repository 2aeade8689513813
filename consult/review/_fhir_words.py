"""What the FHIR document says beside the plan's own words, in both languages."""

from __future__ import annotations

from consult.plan import Language

_WORDS: dict[str, tuple[str, str]] = {
    "title": ("Multidisciplinary consultation {id}", "多学科会诊 {id}"),
    "draft": ("draft, not signed", "草稿，未签名"),
    "signed": ("signed", "已签名"),
    "made": ("Machine-made: {engine}.", "机器生成：{engine}。"),
    "rules": ("rules engine, no language model", "规则引擎，未使用语言模型"),
    "decided": ("Decided item by item and signed by {names}.", "经{names}逐项决定并签名。"),
    "edited": ("Wording of {by}", "{by}的措辞"),
    "accepted": ("accepted by {by}", "{by}已采纳"),
    "told": ("Told", "已通知"),
    "asked": ("Asked", "会诊问题"),
    "history": ("History", "病史"),
    "facts": ("Other facts of the record", "其他病历资料"),
    "rejected": ("Rejected in review", "审阅中否决"),
    "reason": ("reason: {reason} ({by})", "理由：{reason}（{by}）"),
    "record": ("Record and signature", "记录与签名"),
    "record.text": (
        "The audit log, and the signed document itself: the signature covers those bytes, not this Bundle.",
        "审计日志及所签文件本身：签名覆盖该文件的字节，而非本Bundle。",
    ),
    "proposal": ("Proposal to consider, not an order", "供考虑的建议，并非医嘱"),
    "options": ("Options to consider; none is an order", "供考虑的选项，均非医嘱"),
    "alert": ("Alert: a clinician is told at once", "警示：须立即告知临床医师"),
    "document": ("Signed consultation (canonical JSON)", "已签名的会诊文件（规范JSON）"),
    "signer": ("Signed: {name}, {at}", "签名：{name}，{at}"),
    "stale": (
        "Signed although results had come that the plan has not seen, because: {reason}",
        "签署时已有本方案未纳入的新结果，理由：{reason}",
    ),
    "unseen": ("Results have come that this plan has not seen.", "已有本方案未纳入的新结果。"),
    "replaces": ("Replaces {id}", "取代{id}"),
    "head.result": ("Result", "项目"),
    "head.value": ("Value", "结果"),
    "head.range": ("Range", "参考范围"),
    "head.time": ("Time", "时间"),
}


def say(key: str, language: Language, **values: str) -> str:
    """The words `key` in `language`, their slots filled."""
    return _WORDS[key][0 if language == "en" else 1].format(**values)
