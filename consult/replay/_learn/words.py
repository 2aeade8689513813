"""The phrases of the report on what review teaches, in both languages."""

from __future__ import annotations

from consult.plan import Language

_SAYS: dict[str, tuple[str, str]] = {
    "title": ("What review teaches", "审核所得"),
    "contents": ("Contents", "目录"),
    "skip": ("To the figures", "跳至数据"),
    "read": (
        "Signed consultations read: {counted}{days}; doctors: {doctors}; items decided: {decided}, of which "
        "{accepted} accepted, {edited} edited, {rejected} rejected ({set_aside} of these set aside: for a reason that "
        "says nothing against the item).",
        "共读取已签名会诊 {counted} 例{days}，{doctors} 名医师审核：已决定条目 {decided} 条，"
        "接受 {accepted}，修改 {edited}，拒绝 {rejected}（其中 {set_aside} 条的理由并非否定该条目）。",
    ),
    "days": (" (signed {first} to {last})", "（签名日期 {first} 至 {last}）"),
    "empty": (
        "No signed consultation was found whose signatures hold: there is nothing to learn from yet.",
        "没有签名有效的会诊：暂无可学习的内容。",
    ),
    "left": ("Not read: {said}.", "未计入：{said}。"),
    "left.open": ("{n} not decided in full", "{n} 例未审完"),
    "left.unsigned": ("{n} decided and not signed", "{n} 例已审未签"),
    "left.turned-down": ("{n} turned down as a whole", "{n} 例整份被拒"),
    "left.replaced": ("{n} replaced by a version that was signed later", "{n} 例已被后签版本取代"),
    "left.purged": ("{n} purged", "{n} 例已清除"),
    "left.not-verified": ("{n} whose signatures do not hold", "{n} 例签名校验未通过"),
    "left.unreadable": ("{n} whose record is damaged", "{n} 例记录损坏"),
    "left.other-time": ("{n} signed outside the period", "{n} 例不在所选时段内签名"),
    "refused": (
        "Not verified: {id} ({check}); see consult verify.",
        "校验未通过：{id}（{check}），见 consult verify。",
    ),
    "stale": (
        "Signed although results had come that the plan has not seen: {n}; counted, and not proposed as cases.",
        "{n} 例签名时已知有未纳入的新结果：计入统计，不作为病例提案。",
    ),
    "disputed": (
        "Items on which another doctor had decided otherwise before: {n} (consultations: {cases}); what was signed "
        "last counts.",
        "{cases} 例会诊的 {n} 条条目先前由其他医师作出不同决定；以最后签名者为准。",
    ),
    "alerts": (
        "Alerts acknowledged: {n}; an alert is neither accepted nor rejected, and is not counted here.",
        "{n} 条警报已确认；警报无接受或拒绝之分，不计入此处。",
    ),
    "nothing-changed": (
        "Nothing was changed by this: rules, prompts, passages and settings are as they were. A person decides.",
        "本报告不改变任何内容：规则、提示词、文献与设置均保持原样，由人决定。",
    ),
    "how": (
        "Corrected: edited, or rejected for another reason than that it is done, known, not now or declined. Shares "
        "are of decided items, with 95 % intervals (Wilson, continuity-corrected), in the order of their lower ends. "
        "An item that several sources carry counts for each of them, so a source can stand here for what another said.",
        "纠正：被修改，或被拒绝且理由不是“已做、已知、暂不、患者拒绝”。比例的分母为已决定条目，附95%区间（连续性校正Wilson法），"
        "按区间下限排序。一条条目若来自多个来源，对每个来源各计一次，因此某来源可能因他者的内容而列于此。",
    ),
    "sec.rule": ("Rules", "规则"),
    "sec.agent": ("Agents, models and prompts", "智能体、模型与提示词"),
    "sec.passage": ("Passages", "文献段落"),
    "sec.calculator": ("Calculators", "计算器"),
    "sec.concept": ("Conditions, tests and measures", "疾病、检查与措施"),
    "sec.reasons": ("Reasons of rejections", "拒绝理由"),
    "sec.examples": ("Corrections in words", "修改原文对照"),
    "sec.added": ("What only the doctors named", "仅由医师提出的内容"),
    "sec.proposals": ("Proposed cases", "病例提案"),
    "source": ("Source", "来源"),
    "name": ("Name", "名称"),
    "by": ("Written by", "书写者"),
    "kind": ("Kind", "类别"),
    "n": ("Decided", "已决定"),
    "accepted": ("Accepted", "接受"),
    "edited": ("Edited", "修改"),
    "rejected": ("Rejected", "拒绝"),
    "set-aside": ("of these set aside", "其中非否定"),
    "corrected": ("Corrected (95 %)", "被纠正（95%区间）"),
    "distance": ("Edit distance, median", "修改幅度中位数"),
    "consultations": ("Consultations", "会诊数"),
    "versions": ("Versions", "版本"),
    "today": ("today's", "现行"),
    "older": ("older", "旧版"),
    "gone": ("no longer there", "现已不存在"),
    "foreign": ("not in our own literature today", "不在现行自有文献中"),
    "only-version": ("{version} ({when})", "{version}（{when}）"),
    "version": (
        "{version} ({when}): {corrected} of {n} corrected",
        "{version}（{when}）：{n} 条中 {corrected} 条被纠正",
    ),
    "none": ("Nothing of this kind was decided.", "没有此类已决定条目。"),
    "more": ("{n} more are in learn.json.", "另有 {n} 条见 learn.json。"),
    "uncorrected": ("{n} sources of this kind were never corrected.", "此类来源中 {n} 个从未被纠正。"),
    "reason": ("Reason", "理由"),
    "reason.wrong": ("wrong: it is not so", "错误：并非如此"),
    "reason.harmful": ("harmful or contraindicated", "有害或禁忌"),
    "reason.unneeded": ("of no use in this patient", "对该患者无需要"),
    "reason.repeated": ("said elsewhere in the plan", "方案中已有"),
    "reason.done": ("done, or on its way (set aside)", "已做或进行中（非否定）"),
    "reason.known": ("known, no news (set aside)", "已知（非否定）"),
    "reason.later": ("not now (set aside)", "暂不（非否定）"),
    "reason.declined": ("the patient does not want it (set aside)", "患者拒绝（非否定）"),
    "reason.unclear": ("unclear: read as a correction, nothing is concluded", "不明：计为纠正，不作推断"),
    "reasons-note": (
        "A reason is free text; it is read by a closed list of phrases, or by a code at its beginning (“wrong: …”).",
        "理由为自由文本，按固定短语表判读，或按开头代码（如“错误：…”）判读。",
    ),
    "examples-note": (
        "The latest of each condition or measure, without names and dates; {withheld} more wordings are not shown, "
        "since they may still name somebody.",
        "每一疾病或措施取最近者，已去除姓名与日期；另有 {withheld} 条因可能仍含身份信息而不展示。",
    ),
    "no-examples": ("No wording was edited, and nothing was rejected.", "没有修改，也没有拒绝。"),
    "edit": ("edited", "修改"),
    "reject": ("rejected", "拒绝"),
    "in-edits": ("In edited wordings", "见于修改后的文字"),
    "in-reasons": ("In reasons", "见于拒绝理由"),
    "added-note": (
        "Named in a doctor's wording and neither in the plan nor in the case: candidates for what our content lacks. "
        "A review has no decision “add”; this is read from what was written.",
        "医师文字中提及、而方案与病例均未提及者：可能为内容缺项。审核无“新增”操作，此处由文字判读。",
    ),
    "no-added": ("Nothing.", "无。"),
    "test-of": ("result of {name}", "{name} 检验结果"),
    "proposed": (
        "{written} written, {kept} there already; they stand in {folder}/ and are used by nothing.",
        "新写入 {written} 例，已存在 {kept} 例；位于 {folder}/，不被任何程序使用。",
    ),
    "not-asked": ("None were asked for: name a folder with --out.", "未要求：请用 --out 指定文件夹。"),
    "not-proposed": ("Not proposed: {said}.", "未提案：{said}。"),
    "no.doubtful": ("{n} in which something may still name somebody ({doubts})", "{n} 例可能仍含身份信息（{doubts}）"),
    "no.identifier": ("{n} with an identifier where nothing is replaced", "{n} 例在不作替换处含标识信息"),
    "no.stale": ("{n} signed knowing of results that the case does not hold", "{n} 例签名时已知病例未含的结果"),
    "no.same-case": ("{n} about a case that is proposed already", "{n} 例与已提案病例相同"),
    "no.unreadable": ("{n} that would not read back as they are", "{n} 例无法原样读回"),
    "no.nothing": ("{n} whose decisions say nothing that can be expected", "{n} 例的决定无可转为期望者"),
}


def words(key: str, language: Language, **values: object) -> str:
    """A phrase; a key that has none is returned as it is."""
    found = _SAYS.get(key)
    return key if found is None else found[0 if language == "en" else 1].format(**values)
