"""What a report says, in English and Chinese."""

from __future__ import annotations

from consult.plan import Language

_SAYS: dict[str, tuple[str, str]] = {
    # head
    "title": ("Replay report", "回放报告"),
    "subtitle": (
        "Cases: {cases}. Arms: {arms}. Rows: {rows}. Written {at} by consult {version}.",
        "{cases} 个病例，{arms} 个方案组，{rows} 行结果。由 consult {version} 于 {at} 写成。",
    ),
    "partial": (
        "The replay stopped before it was complete: these figures are of what is there.",
        "回放未全部完成：以下数字只反映已有结果。",
    ),
    "uneven": (
        "The arms do not have the same cases: {said}. Compare them only where the report pairs them.",
        "各方案组的病例不同：{said}。仅在本报告配对比较处可相互比较。",
    ),
    "older": (
        "{n} rows of {arm} are from before its settings or its content changed; they are not counted.",
        "{arm} 有 {n} 行结果产生于其设置或内容改变之前，未计入。",
    ),
    "recorded": (
        "{n} calls of {arm} were answered from a recording: its durations say nothing about a model.",
        "{arm} 有 {n} 次调用由录制回答：其用时不反映模型速度。",
    ),
    "unjudged-note": (
        "Figures stand with what they are of. “not judged” means that no case says what it expects, or that nothing of "
        "the kind was there: it is never counted as zero. Intervals are of 95 % (Wilson).",
        "数字均附其分母。“无法判定”指没有病例说明其期望，或没有可判定之物：绝不计为零。区间均为95%（Wilson法）。",
    ),
    "not-signed": (
        "These plans are drafts made again from past cases. Nobody has signed them and none is meant for care.",
        "以下方案由既往病例重新生成，均为草稿，未经签名，不得用于诊疗。",
    ),
    "contents": ("Contents", "目录"),
    "skip": ("To the figures", "跳至数据"),
    "arm": ("Arm", "方案组"),
    "fingerprint": ("Fingerprint", "指纹"),
    "engine": ("Engine", "引擎"),
    "language": ("Language", "语言"),
    "version": ("Version", "版本"),
    "content": ("Content", "内容"),
    "rows": ("Rows", "行数"),
    "rules": ("rules", "规则"),
    "not judged": ("not judged", "无法判定"),
    "none": ("none", "无"),
    "unsaid": ("not said", "未注明"),
    "unlisted": ("{n} more are not listed; results.jsonl has all.", "另有 {n} 条未列出，全部见 results.jsonl。"),
    # arms
    "sec.arms": ("The arms", "各方案组"),
    "sec.measures": ("What was reached", "达到的结果"),
    "measure": ("Measure", "指标"),
    "m.cases": ("cases", "病例数"),
    "m.failed": ("without a plan: failed", "失败（无方案）"),
    "m.scored": ("cases judged: they say what they expect", "可评分病例（写明期望）"),
    "m.unscored": ("cases not judged: they do not say, or failed", "无法评分的病例（未写明期望或失败）"),
    "m.alerts": ("expected alerts raised", "应有警报已发出"),
    "m.false": ("false alerts", "误报警报"),
    "m.first1": ("expected condition first", "首位为期望疾病"),
    "m.first3": ("expected conditions in the first three", "前三位含期望疾病"),
    "m.first5": ("expected conditions in the first five", "前五位含期望疾病"),
    "m.next": ("expected next tests", "期望的下一步检查"),
    "m.forbidden": ("forbidden statements", "禁止出现的内容"),
    "m.met": ("cases wholly met", "全部达到期望的病例"),
    "m.unsupported": ("statements that are not supported", "无依据的陈述"),
    "m.repaired": ("statements supported only after repair", "经修正后才有依据的陈述"),
    "m.gaps": ("answers missing: agents that gave none", "缺失的回答（未作答的智能体）"),
    "m.conflicts": ("points on which specialists differ", "专科意见不一致之处"),
    "m.calls": ("calls of models", "模型调用次数"),
    "m.tokens": ("tokens in / out", "输入/输出词元"),
    "m.cost": ("cost", "费用"),
    "m.percase": ("cost per case", "每例费用"),
    "m.median": ("seconds per case, median", "每例用时（秒），中位数"),
    "m.p95": ("seconds per case, 95 %", "每例用时（秒），第95百分位"),
    "in": ("in {of} cases", "于 {of} 例"),
    "failed-calls": ("{n} failed", "失败 {n}"),
    "of": ("{found} of {of}", "{found}/{of}"),
    "g.cases": ("cases", "病例"),
    "g.failed": ("failed", "失败"),
    "g.scored": ("judged", "可评分"),
    "g.met": ("wholly met", "全部达到"),
    "g.alerts": ("alerts", "警报"),
    "g.false": ("false", "误报"),
    "g.first1": ("first", "首位"),
    "g.first3": ("first 3", "前三"),
    "g.first5": ("first 5", "前五"),
    "g.next": ("next tests", "下一步"),
    "g.forbidden": ("forbidden", "禁止"),
    # differences
    "sec.differences": ("Differences, case by case", "逐例差异"),
    "differences": ("{b} against {a}, cases that both have: {n}", "{b} 与 {a} 比较：{n} 个共有病例"),
    "d.judged": ("Judged / not", "已判/未判"),
    "d.difference": ("Difference (95 %)", "差值（95%区间）"),
    "d.lost": ("Lost in", "变差病例"),
    "d.gained": ("Gained in", "变好病例"),
    "differences-note": (
        "Means over cases that could be judged on both sides; intervals by bootstrap over cases (BCa). A case can lose "
        "one thing and gain another. P values, gates and groups: consult compare.",
        "均值只取两侧均可判定的病例；区间由按病例自助抽样（BCa）得到。"
        "同一病例可同时变好与变差。P值、门槛与分组见 consult compare。",
    ),
    "between": ("({low} to {high})", "（{low} 至 {high}）"),
    "one-value": ("no interval: all equal", "全部相等，无区间"),
    # rubrics
    "sec.rubric": ("Points by rubrics, given by a judge", "评审按评分标准给出的分数"),
    "rubric-note": (
        "A language model read each plan and said of each criterion whether it is met. Score of a case: points of the "
        "criteria that are met, over all points that could be had; the mean is clipped to 0 … 1. A case of which one "
        "criterion could not be judged has no score. docs/guides/replay-scoring.md tells how a judge is checked.",
        "由语言模型逐条判断各方案是否符合评分标准。单例得分为所符合标准的分数之和除以可得总分；均值截取于0至1之间。"
        "任一标准无法判定的病例不计分。评审的核验方法见 docs/guides/replay-scoring.md。",
    ),
    "distrusted": (
        "JUDGE NOT TRUSTED in {n} cases: it gave less than {limit} of the known answers, missed most of one kind, or "
        "another model answered than the one that was checked. These scores should not be believed.",
        "{n} 例的评审不可信：已知答案符合率低于 {limit}、某一类题多数答错，或作答模型与核验时不同。这些分数不应采信。",
    ),
    "judge": ("Judge", "评审模型"),
    "judge-check": ("Check of the judge", "评审核验"),
    "trusted": ("trusted", "可信"),
    "not-trusted": ("NOT TRUSTED", "不可信"),
    "known": ("known answers given", "已知答案符合"),
    "known-of": ("of these, {kind}", "其中{kind}"),
    "known-unjudged": ("known answers without a verdict", "已知答案中未能判定"),
    "macro-f1": ("macro F1 of met and not met", "符合与不符合的宏平均F1"),
    "trap.plain": ("without a trap", "无陷阱"),
    "trap.negation": ("negation", "否定"),
    "trap.number": ("numbers changed", "数字改动"),
    "trap.hedged": ("hedged wording", "不确定表述"),
    "trap.hostile": ("a plan that tells the judge what to say", "方案中含对评审的指令"),
    "trap.advice": ("advice against", "不建议"),
    "trap.silence": ("nothing said", "未提及"),
    "trap.language": ("the other language", "跨语言"),
    "r.mean": ("mean score", "平均得分"),
    "r.unjudged": ("cases without a score: a criterion could not be judged", "因有标准无法判定而无得分的病例"),
    "r.criteria": ("criteria that could not be judged", "无法判定的标准"),
    "r.of": ("of {n}", "共 {n} 条"),
    "r.axis": ("n = {n} criteria", "n = {n} 条标准"),
    "r.axis-unjudged": (", {n} not judged", "，{n} 条无法判定"),
    "axis.accuracy": ("points for accuracy", "准确性得分"),
    "axis.completeness": ("points for completeness", "完整性得分"),
    "axis.communication": ("points for communication", "沟通得分"),
    "axis.context": ("points for context", "情境得分"),
    "axis.instruction-following": ("points for following instructions", "遵循要求得分"),
    "axis.none": ("points without an axis", "未注明维度的得分"),
    # plots
    "sec.cost": ("Quality against cost", "质量与费用"),
    "cost-x": ("cost per case, {currency}", "每例费用，{currency}"),
    "time-x": ("seconds per case, median", "每例用时中位数（秒）"),
    "cost-is-time": ("No call was charged: time stands in the place of money.", "没有产生费用的调用：以用时代替费用。"),
    "cost-says": (
        "{arm}: {share} ({found} of {of}) at {cost} per case, n = {n}",
        "{arm}：{share}（{found}/{of}），每例 {cost}，n = {n}",
    ),
    "cost-currencies": (
        "The arms count money in different currencies ({said}): they are not put on one axis.",
        "各方案组的货币不同（{said}），不置于同一坐标轴。",
    ),
    "no-expectations": ("No case says what it expects: quality cannot be judged.", "没有病例写明期望：质量无法判定。"),
    "sec.groups": ("By group of cases", "按病例分组"),
    "groups-note": (
        "All groups are here, the rarest last; an interval as wide as the plot means too few cases to judge.",
        "所有分组均列出，病例最少者在后；区间若贯穿全图，说明病例过少，不足以判断。",
    ),
    "tail": ("{count} groups of fewer than {few} cases, together", "{count} 个不足 {few} 例的分组合计"),
    "by.specialty": ("Specialty", "专科"),
    "by.group": ("Disease group", "疾病组"),
    "by.language": ("Language", "语言"),
    "by.trap": ("Trap", "陷阱"),
    "group-plot": ("Cases wholly met, by disease group", "各疾病组全部达到期望的病例"),
    "group-plot-more": (
        "The plot shows the {n} groups with most cases; the table has all.",
        "图中为病例最多的 {n} 组，全部见表。",
    ),
    "share-x": (
        "share of judged cases that are wholly met, with 95 % interval",
        "可评分病例中全部达到期望的比例及95%区间",
    ),
    "says-share": ("{arm}: {share}, {found} of {of}", "{arm}：{share}，{found}/{of}"),
    "sec.calibration": ("Calibration of likelihoods", "可能性的校准"),
    "calibration-plot": (
        "Share of conditions that the case expects, by what the plan calls them",
        "方案各可能性等级中病例所期望疾病的比例",
    ),
    "calibration-note": (
        "Of cases that name conditions only. A condition that a case does not name need not be wrong: cases name what "
        "matters, not all that is true. The shares are floors; what counts is that they fall from line to line.",
        "只取写明疾病的病例。病例未提及的疾病不一定错误：病例只写要点，并非全部。因此比例是下限；关键是逐级下降。",
    ),
    "c.grade": ("Called", "称为"),
    "c.expected": ("expected", "期望"),
    "c.contrary": ("contrary to the case", "与病例相反"),
    "c.unnamed": ("not named by the case", "病例未提及"),
    "no-conditions": (
        "No case of these rows names conditions, or the rows were written before this was recorded.",
        "这些病例未写明疾病，或结果写成时尚未记录此项。",
    ),
    "sec.latency": ("Latency", "用时"),
    "latency-plot": ("Share of cases that were done within a time", "在一定时间内完成的病例比例"),
    "latency-x": ("seconds per case, wall time", "每例实际用时（秒）"),
    "slowest": ("slowest", "最慢"),
    "no-plans": ("No case has a plan.", "没有病例有方案。"),
    "sec.money": ("Where the money goes", "费用去向"),
    "money-plot": ("Cost by agent", "各智能体的费用"),
    "money-says": ("{cost} {currency}, {share}", "{cost} {currency}，{share}"),
    "no-money": ("No call was charged.", "没有产生费用的调用。"),
    "agent": ("Agent", "智能体"),
    "sec.agents": ("What each specialty contributes", "各专科的贡献"),
    "agents-plot": ("Problems and recommendations by who says them", "问题与建议按提出者"),
    "agents-note": (
        "alone: nobody else says it; shared: others say it too; dissent: it stands against a problem of the plan.",
        "独有：仅该专科提出；共同：他人亦提出；异议：反对方案中的某一问题。",
    ),
    "alone": ("alone", "独有"),
    "shared": ("shared", "共同"),
    "dissent": ("dissent", "异议"),
    "unavailable": ("did not answer in", "未作答（例）"),
    "said": ("{n} items", "{n} 条"),
    "sec.ablation": ("What carries a conclusion", "结论的依据"),
    "sec.process": ("Process quality", "过程质量"),
    "process-note": (
        "A count of what went wrong on the way to the plan; the fewer the better. Judged: in how many cases there was "
        "anything of the kind that could go wrong. docs/guides/replay-scoring.md defines each measure.",
        "方案形成过程中的差错计数，越少越好。可判定：存在可能出错之事的病例数。"
        "各指标定义见 docs/guides/replay-scoring.md。",
    ),
    "p.judged": ("judged in", "可判定"),
    "p.cases": ("seen in", "出现于"),
    "p.count": ("count", "次数"),
    "no-process": ("Nothing was measured.", "没有测量结果。"),
    "sec.dangers": ("Alerts missed, false alerts, forbidden statements", "漏报、误报与禁止内容"),
    "no-dangers": ("None in {n} judged cases.", "{n} 个可评分病例中均无。"),
    "case": ("Case", "病例"),
    "kind": ("Kind", "类别"),
    "what": ("What", "内容"),
    "why": ("Why", "原因"),
    "alert missed": ("alert missed", "漏报"),
    "false alert": ("false alert", "误报"),
    "forbidden": ("forbidden", "禁止内容"),
    "sec.failed": ("Failed rows", "失败的行"),
    "no-failures": ("None of {n} rows.", "{n} 行中均无。"),
    # changed cases
    "sec.changed": ("Changed cases", "有变化的病例"),
    "changed": ("{b} against {a}: {n} of {of} cases differ", "{b} 与 {a} 比较：{of} 例中 {n} 例不同"),
    "changed-shown": (
        "The plans of {n} are shown, gravest first; the others: consult compare DIR:{a} DIR:{b} --cases",
        "展示其中 {n} 例的方案，最严重者在前；其余见：consult compare DIR:{a} DIR:{b} --cases",
    ),
    "changed-listed": ("{n} more are not listed here.", "另有 {n} 例未列于此。"),
    "sealed": (
        "This site encrypts what it keeps: plans are not written into a file that is not encrypted. They are shown by "
        "consult compare --cases.",
        "本站点对存储内容加密：方案不写入未加密的文件，可用 consult compare --cases 查看。",
    ),
    "no-change": ("No case differs.", "没有病例不同。"),
    "differs": ("Differs", "不同之处"),
    "lost": ("Worse", "变差"),
    "gained": ("Better", "变好"),
    "plan-of": ("Plan of {arm}", "{arm} 的方案"),
    "what-differs": ("What differs", "差异"),
    "unreadable": ("A plan of this case is not there or cannot be read.", "该病例的方案不存在或无法读取。"),
    "nothing": ("nothing", "无内容"),
    "back": ("to the list", "回到列表"),
    "w.status": ("status", "状态"),
    "w.alerts": ("alerts", "警报"),
    "w.problems": ("problems", "问题"),
    "w.likelihood": ("likelihood", "可能性"),
    "w.recommendations": ("recommendations", "建议"),
    "w.scores": ("scores", "评分"),
    "w.rubric": ("rubric", "评分标准"),
}

_METRICS_ZH = {
    "alerts-found": "应有警报全部发出",
    "alerts-raised": "非误报的警报数",
    "alerts-false": "误报警报数",
    "first-1": "首位为期望疾病",
    "first-3": "前三位含全部期望疾病",
    "first-5": "前五位含全部期望疾病",
    "next-tests": "期望的下一步检查的比例",
    "calculators": "期望的各项计算结果均已算出且在允许范围内",
    "forbidden": "禁止出现的内容数",
    "wholly-met": "全部达到期望",
    "grave-conditions": "需当日处理的可能及以上的疾病数",
    "unsupported-statements": "无依据的陈述数",
    "repaired-statements": "经修正后才有依据的陈述数",
    "rubric": "评审按评分标准给出的得分",
    "failed": "失败（无方案）",
    "gaps": "未作答的智能体数",
    "specialties": "作答的专科数",
    "cost": "费用",
    "calls": "模型调用次数",
    "tokens": "词元数",
    "seconds": "每例用时（秒）",
}
_PROCESS_ZH = {
    "facts-lost": "丢失的事实",
    "views-repeated": "仅重复他人的意见",
    "unsupported-statements": "无依据的陈述",
    "contradictions-neglected": "被忽略的矛盾",
    "minority-suppressed": "被压制的少数意见",
    "authority-effects": "权威效应",
    "positions-repeated": "复审中仅重复的立场",
    "retrievals-unused": "未被使用的检索",
}


def words(key: str, language: Language, **values: object) -> str:
    """A phrase of the report; a key that has none is returned as it is."""
    found = _SAYS.get(key)
    return key if found is None else found[0 if language == "en" else 1].format(**values)


def metric_says(name: str, says: str, language: Language) -> str:
    """What a metric means."""
    return says if language == "en" else _METRICS_ZH.get(name, name)


def process_says(measure: str, language: Language) -> str:
    """What a measure of process quality counts."""
    return measure.replace("-", " ") if language == "en" else _PROCESS_ZH.get(measure, measure)
