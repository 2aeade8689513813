"""What the section on what carries a conclusion says, in English and Chinese."""

from __future__ import annotations

from consult.plan import Language

_SAYS: dict[str, tuple[str, str]] = {
    "note": (
        "Each plan was made again with one thing left out, and held against the plan of the whole case. All values of "
        "a test are left out together, and what is calculated from them is not calculated. That a conclusion falls "
        "says on what it rests here, not that it was right.",
        "每份方案在去除一项内容后重新生成，并与完整病例的方案比较。同一检验的全部数值一并去除，由其计算所得的结果亦不再计算。"
        "结论消失只说明其所依据的内容，并不说明该结论正确。",
    ),
    "without": ("one fact left out at a time", "每次去除一项事实"),
    "normal": ("one test at a time in the middle of its reference range", "每次将一项检验改为参考区间中点"),
    "without-specialty": ("one specialty left out at a time", "每次去除一个专科"),
    "counted": (
        "{variants} plans with something left out, of {cases} cases. Without a plan: {failed}.",
        "{cases} 例，共 {variants} 份去除一项后的方案；未能生成：{failed}。",
    ),
    "cut": (
        "In {n} of {of} cases not every fact on which the plan rests was tried: conclusions of these are not judged.",
        "{of} 例中有 {n} 例未逐一去除方案所依据的全部事实，其结论不作判定。",
    ),
    "control": (
        "With nothing left out and asked once more, conclusions moved in {moved} of {pairs} plans: so much moves by "
        "itself.",
        "不去除任何内容而再次询问时，{pairs} 份方案中有 {moved} 份的结论发生变动：此为自身波动。",
    ),
    "idle-note": (
        "Cited but idle: the plan cites the fact, and nothing in it moves without the fact, {idle} of {cited} times.",
        "引用而不起作用：方案引用了该事实，去除后方案毫无变动，{cited} 次中有 {idle} 次。",
    ),
    "fragile-note": (
        "A conclusion is fragile where it falls with one fact and with no other. Where it falls with each of several, "
        "it needs them together; where it stands, others carry it.",
        "仅随某一项事实消失的结论是脆弱的；随多项中任一项消失的，需各项共同支持；去除任一项仍成立的，另有其他依据。",
    ),
    "more": ("{n} more are not listed; ablation.json has all.", "另有 {n} 条未列出，全部见 ablation.json。"),
    "failed": ("{n} failed", "失败 {n}"),
    "history": ("history", "病史"),
    "report": ("report", "报告"),
    # columns
    "c.fact": ("left out", "去除的内容"),
    "c.specialty": ("left out", "去除的专科"),
    "c.cases": ("plans", "方案数"),
    "c.moved": ("conclusions moved", "结论变动"),
    "c.idle": ("cited but idle", "引用而不起作用"),
    "c.asked": ("then asked for", "随后要求补充"),
    "c.falls": ("falls without it (of the plans that held it)", "随之消失的结论（占原有方案）"),
    "c.conclusion": ("conclusion", "结论"),
    "c.judged": ("plans judged (of those that hold it)", "可判定方案（占持有者）"),
    "c.stands": ("stands without any one", "去除任一项仍成立"),
    "c.one": ("fragile: falls with one", "脆弱：仅随一项消失"),
    "c.several": ("needs several together", "需多项共同支持"),
    "c.alone": ("the one, and how often", "该项及次数"),
    "c.lost.alert": ("alerts lost", "警报消失"),
    "c.lost.condition": ("conditions lost", "疾病消失"),
    "c.lost.advice": ("things to consider lost", "建议消失"),
    "c.lost.avoid": ("things to avoid lost", "“避免”事项消失"),
    "c.new": ("new", "新增"),
    "c.forbidden": ("forbidden: gone, new", "禁止内容：消失、新增"),
    "c.expected": ("expectations: lost, gained", "期望：丢失、新达到"),
    "c.calls": ("calls spared", "节省的调用"),
    "c.cost": ("money spared", "节省的费用"),
    "c.held": ("of", "总数"),
    "c.became": ("became", "变为"),
    "c.examples": ("for example", "例如"),
    # parts
    "alert": ("alert", "警报"),
    "condition": ("condition", "疾病"),
    "advice": ("consider", "建议"),
    "avoid": ("avoid", "避免"),
    "conflict": ("differing opinions", "意见不一致"),
    "missing": ("missing", "缺失"),
    # changes
    "lost": ("lost", "消失"),
    "new": ("new", "新增"),
    "weaker": ("less likely", "可能性降低"),
    "stronger": ("more likely", "可能性升高"),
    "later": ("less urgent", "紧急程度降低"),
    "sooner": ("more urgent", "紧急程度升高"),
    "otherwise": ("otherwise in kind or severity", "类别或严重程度不同"),
    "moved": ("in another place", "位次变动"),
}


def left_out_says(key: str, language: Language, **values: object) -> str:
    """A phrase of the section."""
    return _SAYS[key][0 if language == "en" else 1].format(**values)
