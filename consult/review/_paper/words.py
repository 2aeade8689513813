"""The words of the record itself, beside those of the plan, in both languages."""

from __future__ import annotations

from consult.plan import Language

_WORDS: dict[str, tuple[str, str]] = {
    "title": ("Multidisciplinary consultation record", "多学科会诊记录单"),
    "signed": ("Signed", "已签名"),
    "draft.so": ("Draft, not signed ({status})", "草稿，未签名（{status}）"),
    "watermark.draft": ("DRAFT", "草稿"),
    "watermark.superseded": ("SUPERSEDED", "已被取代"),
    "page": ("Page {{page}} of {{pages}}", "第{{page}}页，共{{pages}}页"),
    "foot": ("{id} · version {revision} · {status}", "{id} · 第{revision}版 · {status}"),
    "none": ("—", "—"),
    # the box at the head
    "field.name": ("Name", "姓名"),
    "field.sex": ("Sex", "性别"),
    "field.age": ("Age", "年龄"),
    "field.record": ("Record no.", "病案号"),
    "field.ward": ("Ward", "科室/病区"),
    "field.bed": ("Bed", "床号"),
    "field.id": ("Consultation no.", "会诊编号"),
    "field.version": ("Version", "版次"),
    "field.opened": ("Opened", "会诊时间"),
    "field.closed": ("Signed", "签名时间"),
    "field.panel": ("Specialties", "会诊专科"),
    "sex.male": ("male", "男"),
    "sex.female": ("female", "女"),
    "sex.other": ("other", "其他"),
    "sex.unknown": ("—", "—"),
    "version": ("{revision}", "第{revision}版"),
    "version.replaces": ("{revision}, replaces {old}", "第{revision}版，取代{old}"),
    # banners
    "superseded": (
        "This version was superseded by {newer}; do not act on it.",
        "本版已被{newer}取代，请勿据此处理。",
    ),
    "later": (
        "Results that this plan has not seen have arrived ({at}): {new} new, {changed} changed; they touch {touched}.",
        "本方案形成后另有未纳入的结果（{at}）：新增{new}项，更改{changed}项；涉及{touched}。",
    ),
    # sections
    "asked": ("Question", "会诊目的"),
    "asked.none": ("No question was put.", "未提出具体问题。"),
    "alerts": ("Critical values and alerts", "危急值与警报"),
    "notes": ("Please note", "须知"),
    "brief": ("Case", "病情摘要"),
    "history": ("History", "病史"),
    "relevant": ("Results that matter here", "相关检查结果"),
    "panel": ("Opinions of the specialties", "各专科意见"),
    "problems": ("Assessment", "会诊意见"),
    "recommendations": ("To consider", "会诊建议"),
    "rejected": ("Rejected in review", "审阅中否决"),
    "conflicts": ("Where the specialties differ", "专科意见分歧"),
    "missing": ("Missing to decide", "尚缺信息"),
    "references": ("References", "依据"),
    "others": ("Annex: all other results", "附：其余检查结果"),
    "made": ("How this record was made", "制作说明"),
    "signature": ("Signature", "签名"),
    # facts of the case
    "conditions": ("Diagnoses", "诊断"),
    "medications": ("Medication", "用药"),
    "allergies": ("Allergies", "过敏史"),
    "procedures": ("Procedures", "手术与操作"),
    "immunizations": ("Immunizations", "预防接种"),
    "encounters": ("Visits", "就诊"),
    "pregnant": ("pregnant", "妊娠"),
    # table of results
    "head.fact": ("No.", "编号"),
    "head.result": ("Test", "项目"),
    "head.value": ("Result", "结果"),
    "head.unit": ("Unit", "单位"),
    "head.flag": ("Flag", "标志"),
    "head.range": ("Reference", "参考范围"),
    "head.time": ("Time", "时间"),
    "void": ("withdrawn", "已撤回"),
    "unfinal": ("not final", "未最终审核"),
    # opinions
    "answered.rules": ("rules engine", "规则引擎"),
    "unavailable": ("Did not answer: {reason}", "未能作答：{reason}"),
    "says": ("Assessment", "判断"),
    "advises": ("Advice", "建议"),
    "nothing": ("Nothing to add.", "无补充。"),
    "open": ("Open questions: {count}", "尚缺信息：{count}项"),
    # decisions
    "undecided": ("not yet decided", "待决定"),
    "accepted": ("accepted: {by}, {at}", "采纳：{by}，{at}"),
    "edited": ("wording of {by}, {at}", "{by}修改，{at}"),
    "rejected.by": ("rejected: {by}, {at}", "否决：{by}，{at}"),
    "told": ("Told", "已通知"),
    "told.by": ("recorded by {by}, {at}", "{by}记录，{at}"),
    "untold": ("Nobody is recorded as told yet.", "尚无通知记录。"),
    "reason": ("Reason", "理由"),
    "before": ("The machine had written", "机器原文"),
    "serves": ("for {items}", "对应{items}"),
    "also": ("Also", "另有"),
    # who wrote it
    "machine.rules": (
        "Machine-made by the rules engine, without a language model.",
        "由规则引擎生成，未使用语言模型。",
    ),
    "machine.models": (
        "AI-generated ({models}); sentences of a language model carry the mark [AI: its name], all others are code's.",
        "AI生成（{models}）；语言模型写出的句子标有[AI：模型名]，其余由程序得出。",
    ),
    "decided": ("Decided item by item by {names}.", "由{names}逐项决定。"),
    "ai": ("AI: {model}", "AI：{model}"),
    "keyword.ai": ("AI-generated", "AI生成"),
    "keyword.machine": ("machine-made", "机器生成"),
    # made
    "made.program": ("Program", "程序"),
    "made.content": ("Knowledge and rules", "知识与规则"),
    "made.engine": ("Engine", "引擎"),
    "made.usage": ("Use of models", "模型用量"),
    "made.checked": ("Checked by code", "程序核对"),
    "made.checks": (
        "{checked} sentences, {repaired} repaired, {unsupported} not supported",
        "{checked}句，修正{repaired}句，{unsupported}句无依据",
    ),
    "made.time": ("Times", "时间"),
    "made.zone": (
        "of results as they were reported; all others in the time zone {zone}",
        "检查结果的时间按原报告，其余为{zone}时区",
    ),
    "made.refs": ("Marks", "标记"),
    "made.marks": (
        "[F…] numbers of facts of the case; numbers without a letter before them: references",
        "[F…]为病例资料编号，其余数字为依据编号",
    ),
    # signatures
    "sign.who": ("Signer", "签名医师"),
    "sign.when": ("Time", "时间"),
    "sign.key": ("Key", "密钥编号"),
    "sign.hash": ("SHA-256 of what was signed", "所签内容SHA-256"),
    "sign.meaning": (
        "Each signer has reviewed every item above and approved the record as it stands (JWS, Ed25519). The signed "
        "document itself is JSON and goes with the record; consult verify checks it.",
        "签名医师已逐项审阅并批准上述内容（JWS，Ed25519）。所签文件（JSON）随本记录保存，可用consult verify核验。",
    ),
    "sign.stale": (
        "Signed although results had come that the plan has not seen; reason",
        "签名时已有本方案未纳入的新结果，理由",
    ),
    "sign.none": (
        "Not signed. A draft is not a plan: every item has to be decided by a doctor, who then signs.",
        "未签名。草稿不是会诊方案，须由医师逐项决定后签名。",
    ),
    "seal": ("Electronic signature of this file", "本文件电子签名"),
    "seal.by": ("Digitally signed by", "电子签名"),
    "seal.issuer": ("Issued by", "签发机构"),
    "seal.at": ("Time", "时间"),
    "seal.reason": ("Record {id}", "会诊记录{id}"),
    "attachment": ("The signed document of consultation {id}", "会诊{id}的签名文件"),
}


def word(key: str, language: Language, **values: object) -> str:
    """The words `key` in `language`, their slots filled."""
    return _WORDS[key][0 if language == "en" else 1].format(**values)
