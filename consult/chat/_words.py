"""What the chat says in words of its own, in both languages."""

from __future__ import annotations

from consult.plan import Language

_SAYS: dict[str, tuple[str, str]] = {
    # -- refusing, not knowing
    "refusal": (
        "The panel does not prescribe: no dose, frequency, route or order comes from here; ask for the options that the"
        " plan puts to the prescriber, what speaks against them in this patient, or what the guideline says.",
        "本会诊系统不开具处方，不提供剂量、频次、给药途径或医嘱；可以询问方案中供处方医师考虑的选项、"
        "该患者的禁忌与注意事项，"
        "或指南如何建议。",
    ),
    "unanswered": (
        "The rules engine cannot answer this from the record; it answers: a value or trend of a test, the"
        " alerts, why or"
        " what against a condition, what the guideline says, what is missing or next, and what if a value were"
        " another.",
        "规则引擎无法根据本记录回答此问题；可以询问：某项结果或趋势、警报、为什么考虑或有何依据反对某诊断、指南怎么说、"
        "还缺什么、下一步考虑什么，以及假如某项结果不同会怎样。",
    ),
    "strange": (
        "The rules and the record know nothing by this name: {names}.",
        "规则与记录中没有以此为名的内容：{names}。",
    ),
    "no-plan": ("This consultation has no plan yet.", "本次会诊尚无方案。"),
    "gap": ("No model took part in this answer: {reason}.", "本回答没有语言模型参与：{reason}。"),
    # -- results
    "value": ("{name}: {value}{flag}{range}{when}.", "{name}：{value}{flag}{range}{when}。"),
    "value.flag": (" ({flag})", "（{flag}）"),
    "value.range": (", range {range}", "，参考范围{range}"),
    "value.when": (", {when}", "，{when}"),
    "flag.LL": ("critically low", "危急性降低"),
    "flag.L": ("low", "偏低"),
    "flag.N": ("normal", "正常"),
    "flag.H": ("high", "偏高"),
    "flag.HH": ("critically high", "危急性升高"),
    "flag.A": ("abnormal", "异常"),
    "not-measured": ("The record holds no result of {name}.", "本记录中没有{name}的结果。"),
    "not-usable": (
        "No rule may use this result: {name} [{status}].",
        "该结果不能用于规则判断：{name}［{status}］。",
    ),
    "entry": ("{what}: {name}{note}.", "{what}：{name}{note}。"),
    "no-entries": ("The record lists no {what}.", "本记录未列出{what}。"),
    "medications": ("Medication", "用药"),
    "allergies": ("Allergy", "过敏"),
    "conditions": ("Condition", "诊断"),
    "procedures": ("Procedure", "操作"),
    "immunizations": ("Immunization", "免疫接种"),
    "encounters": ("Encounter", "就诊"),
    "report": ("Report {title}: {text}", "报告{title}：{text}"),
    "trend": ("{name}: {steps}{course}.", "{name}：{steps}{course}。"),
    "trend.step": ("{value} ({when})", "{value}（{when}）"),
    "trend.rising": ("; rising", "；呈上升"),
    "trend.falling": ("; falling", "；呈下降"),
    "trend.unchanged": ("; unchanged", "；无变化"),
    "trend.steady": ("; hardly changed", "；变化不大"),
    "trend.mixed": ("; up and down", "；有升有降"),
    "trend.one": (
        "The record holds a single result of {name}, so there is no trend.",
        "本记录中{name}只有一次结果，无法判断趋势。",
    ),
    "when.placed": ("time not told, placed after the newest result, {when}", "时间未说明，暂置于最新结果之后，{when}"),
    "when.none": ("time not stated", "时间未注明"),
    "no-abnormal": ("No result is outside its range.", "没有超出参考范围的结果。"),
    "no-alerts": ("There are no alerts in this record.", "本记录没有警报。"),
    "no-doubt": (
        "No rule and no check of the data doubts {name}.",
        "没有规则或数据检查对{name}提出疑问。",
    ),
    "data": (
        "Data quality of this record: {score} of 100; {unusable} of {results} results are not usable.",
        "本记录数据质量{score}分（满分100）；{results}项结果中{unusable}项不可用。",
    ),
    "everything": ("the results", "这些结果"),
    # -- reasons
    "held": ("{name}: {likelihood}.", "{name}：{likelihood}。"),
    "unconcluded": (
        "Nothing in this record made a rule conclude {name}.",
        "本记录中没有规则得出{name}的结论。",
    ),
    "undecided": (
        "Whether there is {name} is not decided; it would need: {missing}.",
        "{name}尚未判定；还需要：{missing}。",
    ),
    "unknown-concept": (
        "No rule speaks of {name}, so the rules engine cannot say why or why not.",
        "没有规则涉及{name}，规则引擎无法说明理由。",
    ),
    "told": ("The record says that there is {name}.", "记录中提到：{name}。"),
    "denied": ("The record says that there is no {name}.", "记录中否认：{name}。"),
    "unexplained": ("No rule explains this result.", "没有规则解释该结果。"),
    "rests-alone": (
        "The conclusion {name} stands on this result: without {what} it falls.",
        "结论“{name}”依赖该结果：若无{what}则不成立。",
    ),
    "weakens": (
        "Without {what}, {name} would be {after} in place of {before}.",
        "若无{what}，{name}将由“{before}”变为“{after}”。",
    ),
    "beside": (
        "Held at the same time: {name} ({likelihood}).",
        "同时考虑：{name}（{likelihood}）。",
    ),
    "nothing-against": (
        "In the rules and the record nothing speaks against {name}: no dissent, no doubt of a result, no missing"
        " result.",
        "规则与记录中没有反对{name}的内容：无不同意见、无存疑结果、无缺失结果。",
    ),
    "position": ("{who} ({stance}): {reason}", "{who}（{stance}）：{reason}"),
    "no-difference": ("The specialists do not differ on anything.", "各专科之间没有分歧。"),
    "nothing-said": (
        "{specialty} says nothing of this beyond what is in the plan.",
        "{specialty}对此没有更多意见。",
    ),
    "no-missing": ("Nothing that would settle a question is missing.", "没有会影响判断的缺失信息。"),
    "no-problems": ("No rule concluded anything from this record.", "规则未从本记录得出任何结论。"),
    "no-next": ("The plan has nothing to consider for this.", "方案中没有针对此项的建议。"),
    "caution": ("Caution: {text}", "注意：{text}"),
    # -- literature
    "passage": ("{source}, {section}: {text}", "{source}，{section}：{text}"),
    "superseded": (
        "{source} has been superseded{partly} by {newer}.",
        "{source}已{partly}被{newer}取代。",
    ),
    "superseded.partly": (" in part", "部分"),
    "no-passage": (
        "The literature that is indexed here says nothing of this.",
        "此处索引的文献未涉及该问题。",
    ),
    # -- what if
    "supposed": ("Supposed, not in the record: {text}.", "以下为假设，不在记录中：{text}。"),
    "supposed.value": ("{name} {new} in place of {old}", "{name} {new}（原为{old}）"),
    "supposed.added": ("{name} {new}, which was not measured", "{name} {new}（原未测）"),
    "supposed.without": ("{name} left out", "去除{name}"),
    "supposed.present": ("{name} present", "有{name}"),
    "supposed.person": ("{what} {value}", "{what}{value}"),
    "age": ("age", "年龄"),
    "years": ("{years} years", "{years}岁"),
    "sex": ("sex", "性别"),
    "male": ("male", "男"),
    "female": ("female", "女"),
    "pregnant": ("pregnancy", "妊娠"),
    "yes": ("yes", "是"),
    "no": ("no", "否"),
    "nothing-moves": (
        "Nothing moves: alerts, conclusions and recommendations would be the same.",
        "没有变化：警报、结论和建议均相同。",
    ),
    "not-supposed": (
        "The rules engine cannot suppose this; name a test with a value (\u201cwhat if haemoglobin were 70"
        " g/L\u201d), a"
        " condition or medicine of the record to leave out or add, an age, a sex or a pregnancy.",
        "规则引擎无法作此假设；请写明检验项目及数值（如“假如血红蛋白是70 g/L”）、要增减的病史或用药，或年龄、"
        "性别、妊娠。",
    ),
    "wrong-unit": (
        "{name} cannot be converted from the unit {unit}, so nothing was computed.",
        "{name}无法由单位{unit}换算，未作计算。",
    ),
    "not-there": (
        "The record does not hold {name}, so there is nothing to leave out.",
        "本记录中没有{name}，无可去除。",
    ),
    "move.alert.new": ("New alert: {text}", "新增警报：{text}"),
    "move.alert.gone": ("No longer an alert: {text}", "不再是警报：{text}"),
    "move.condition.new": ("New: {name}, {after}. {text}", "新增：{name}，{after}。{text}"),
    "move.condition.gone": ("No longer held: {name} (was {before}).", "不再考虑：{name}（原为{before}）。"),
    "move.condition.moved": ("{name}: {before} → {after}.", "{name}：{before} → {after}。"),
    "move.advice.new": ("New to consider: {names}.", "新增建议：{names}。"),
    "move.advice.gone": ("No longer to consider: {names}.", "不再建议：{names}。"),
    "move.advice.moved": ("{name}: {before} → {after}.", "{name}：{before} → {after}。"),
    "move.avoid.new": ("New advice against: {names}.", "新增不建议：{names}。"),
    "move.avoid.gone": ("No longer advised against: {names}.", "不再反对：{names}。"),
    "move.missing.new": ("Newly missing to decide: {names}.", "新增缺失信息：{names}。"),
    "move.missing.gone": ("No longer missing: {names}.", "不再缺失：{names}。"),
    "move.finding.new": ("New finding: {text}", "新增发现：{text}"),
    "move.finding.otherwise": ("Now: {text}", "变为：{text}"),
    "move.finding.gone": ("No longer found: {text}", "不再有此发现：{text}"),
    # -- a new fact
    "proposal": (
        "Read as a new fact, not yet in the record: {facts}; a person must accept it ({id}), then the plan is revised.",
        "读作新事实，尚未写入记录：{facts}；须由医师确认（{id}），随后修订方案。",
    ),
    "proposal.critical": (
        "This would be a critical value: tell the treating clinician now, whether or not it is accepted here.",
        "该值达到危急值：无论此处是否确认，请立即告知主管医师。",
    ),
    "proposal.known": (
        "The record already holds this: {told}.",
        "记录中已有此内容：{told}。",
    ),
    "proposal.late": (
        "It would stand as of today, and the newest result of the record is of {newest}: results of then may count no"
        " longer; tell the day if it is another.",
        "将按今天记录，而本记录最新结果日期为{newest}：当时的结果可能不再计入；如非今天的结果请注明日期。",
    ),
    "proposal.unreadable": (
        "No result, medicine, allergy or condition could be read from this, so nothing is proposed.",
        "未能从中读出结果、用药、过敏或诊断，因此没有提出新事实。",
    ),
}


def says(key: str, language: Language, **values: object) -> str:
    """A sentence or word of the chat."""
    return _SAYS[key][0 if language == "en" else 1].format(**values)
