"""What the figures are, in English and Chinese: the definition is part of every figure."""

from __future__ import annotations

from consult.plan import Language

_Said = tuple[str, str]

_FIGURES: dict[str, tuple[_Said, _Said]] = {
    "cases": (
        ("Cases", "病例"),
        (
            "Consultations opened in the period, each with its revisions as one case; of a replay the cases of one "
            "arm. "
            "Cases that are left out are told apart.",
            "统计期内建立的会诊，同一会诊的各次修订合为一例；回放则为一个方案组的病例。未计入的病例另行说明。",
        ),
    ),
    "alerts.raised": (
        ("Alerts raised", "发出的警报"),
        (
            "Alerts in the plans of these cases: critical values and rules of danger. One that a revision repeats "
            "counts "
            "once. n: cases with a plan.",
            "这些病例方案中的警报：危急值和危险规则。修订中重复的同一警报只计一次。n：有方案的病例数。",
        ),
    ),
    "alerts.cases": (
        ("Cases with an alert", "有警报的病例"),
        ("Cases whose plan has an alert. n: cases with a plan.", "方案中有警报的病例数。n：有方案的病例数。"),
    ),
    "alerts.acted": (
        ("Alerts on which a person acted", "已由人员处理的警报"),
        (
            "Alerts that somebody acknowledged in consult: who was told, by whom and when. What was done outside "
            "consult "
            "without being recorded here is not known. n: alerts raised.",
            "已在 consult 中确认（何人于何时告知何人）的警报。未在此记录的院内处理无从得知。n：发出的警报数。",
        ),
    ),
    "alerts.raised_to_acted": (
        ("From alert to action", "警报至处理"),
        (
            "Minutes from the moment at which the alert was raised until its first acknowledgement was recorded. "
            "Median "
            "and quartiles. n: alerts acknowledged; alerts that nobody has acknowledged have no time and are counted "
            "apart.",
            "自警报发出至首次确认被记录的分钟数。中位数与四分位数。n：已确认的警报数；尚未确认者无时间，另行计数。",
        ),
    ),
    "alerts.result_to_acted": (
        ("From result to action", "结果至处理"),
        (
            "Minutes from the receipt of the result that the alert rests on (its last one, where it rests on several) "
            "until the first acknowledgement was recorded. Only results that came in by consult listen have a time of "
            "receipt. n: alerts with both times.",
            "自收到警报所依据的结果（依据多项时取最后一项）至首次确认被记录的分钟数。仅经 consult listen "
            "收到的结果有接收时间。"
            "n：两个时间均已知的警报数。",
        ),
    ),
    "alerts.result_to_raised": (
        ("From result to alert", "结果至警报"),
        (
            "Minutes from the receipt of that result until the alert was raised; the settling time of the listener "
            "is in "
            "it. n: alerts with a known receipt.",
            "自收到该结果至警报发出的分钟数，含监听等待时间。n：已知接收时间的警报数。",
        ),
    ),
    "repeats.annotated": (
        ("Tests that would have been repeated", "本会重复的检验"),
        (
            "Tests that a specialist would have asked for and of which the plan says instead that they need not be "
            "repeated now, because a valid result lies within its retest interval. Tests of one order count each. "
            "Whether "
            "they would have been ordered is not known. n: cases whose plan could be read.",
            "专科本会建议、而方案注明目前无需重复（已有有效结果且仍在复检间隔内）的检验。同一医嘱的各项分别计数。"
            "是否真会开单无从得知。n：方案可读的病例数。",
        ),
    ),
    "repeats.price": (
        ("Price of the annotated tests", "所注明检验的价格"),
        (
            "Sum of the site's own prices of these tests. It is no saving: nothing says that they would have been "
            "ordered, "
            "or what leaving them out costs or spares. n: tests with a price; the others are counted apart and not "
            "estimated.",
            "按本单位自己的价格表对这些检验求和。这不是节省额：无从得知它们是否真会开单，也不知不做的得失。"
            "n：有价格的检验数；其余另行计数，不作估计。",
        ),
    ),
    "repeats.accepted": (
        ("… of which a doctor accepted the annotation", "其中医师接受该注明者"),
        (
            "Annotations that a doctor accepted as written, in a signed plan whose signature holds. n: tests "
            "annotated.",
            "医师在签名有效的方案中原样接受的注明。n：所注明的检验数。",
        ),
    ),
    "repeats.accepted_price": (
        ("Price of the accepted ones", "已接受者的价格"),
        (
            "As above, over the accepted annotations alone. n: accepted tests with a price.",
            "同上，仅对已接受的注明求和。n：已接受且有价格的检验数。",
        ),
    ),
    "repeats.present": (
        ("Tests asked for although a result is there", "已有结果仍被建议的检验"),
        (
            "Tests that the plan asks for and to which it adds that the case holds a result already; whether to repeat "
            "them is left to the doctor. Counted only, never priced. n: cases whose plan could be read.",
            "方案建议、同时注明本病例已有结果的检验；是否重复由医师决定。仅计数，不计价。n：方案可读的病例数。",
        ),
    ),
    "items.drafted": (
        ("Items in the plans", "方案条目"),
        (
            "Problems and recommendations; alerts are acknowledged, not accepted, and are not among them. Of several "
            "revisions the last signed one counts, else the last one decided on. n: cases with a plan.",
            "问题与建议；警报只作确认，不在其中。有多次修订时取最后一次签名者，否则取最后一次有决定者。n："
            "有方案的病例数。",
        ),
    ),
    "items.accepted": (
        ("Items accepted", "接受的条目"),
        (
            "Items that a doctor accepted as written. Only signed plans count, whose record and signatures were "
            "verified. "
            "n: items decided in these plans.",
            "医师原样接受的条目。仅计签名且记录与签名均核验有效的方案。n：这些方案中已决定的条目数。",
        ),
    ),
    "items.edited": (
        ("Items edited", "修改的条目"),
        ("Items that a doctor worded anew; n as above.", "医师改写的条目；n 同上。"),
    ),
    "items.rejected": (
        ("Items rejected", "拒绝的条目"),
        ("Items that a doctor turned down with a reason; n as above.", "医师附理由拒绝的条目；n 同上。"),
    ),
    "items.unsigned": (
        ("Items decided, plan not signed", "已决定、方案未签名的条目"),
        (
            "Decisions that no signature vouches for yet; they are in no share. n: all items.",
            "尚无签名担保的决定，不计入任何比例。n：全部条目数。",
        ),
    ),
    "items.undecided": (
        ("Items undecided", "未决定的条目"),
        (
            "Items on which nobody has decided, those of plans turned down as a whole included. n: all items.",
            "无人作出决定的条目，含整体被否决方案的条目。n：全部条目数。",
        ),
    ),
    "models.cost": (
        ("Cost of models", "模型费用"),
        (
            "What the calls up to the drafts cost, by the price table of the settings, of all drafts of a case. "
            "Cases in "
            "which no model was asked cost nothing; cases whose models have no price are left out and counted apart. "
            "Machines and working time are not in it. n: cases with a known cost.",
            "按设置中的价格表，形成草稿为止的调用费用，含一例的所有草稿。未调用模型的病例费用为零；"
            "模型无价格的病例不计入，另行计数。不含机器与人力。n：费用已知的病例数。",
        ),
    ),
    "models.cost_per_case": (
        ("Cost of models per case", "每例模型费用"),
        (
            "The same by case: median and quartiles. n: cases with a known cost.",
            "同上，按病例：中位数与四分位数。n：费用已知的病例数。",
        ),
    ),
    "models.calls": (
        ("Calls of models", "模型调用次数"),
        (
            "Retries, repairs and failed calls included. n: cases with a plan.",
            "含重试、修正与失败的调用。n：有方案的病例数。",
        ),
    ),
    "models.input_tokens": (
        ("Tokens sent", "输入词元"),
        ("To models, cached ones included. n: cases with a plan.", "发送给模型的词元，含缓存。n：有方案的病例数。"),
    ),
    "models.output_tokens": (
        ("Tokens received", "输出词元"),
        ("From models. n: cases with a plan.", "模型返回的词元。n：有方案的病例数。"),
    ),
    "time.machine": (
        ("Machine time per draft", "每份草稿的机器用时"),
        (
            "Seconds of wall time that the first draft of a case took on the machine that made it. Median and "
            "quartiles. "
            "n: cases with a plan.",
            "生成一例首份草稿所用的机器时间（秒）。中位数与四分位数。n：有方案的病例数。",
        ),
    ),
    "time.result_to_plan": (
        ("From result to plan", "结果至方案"),
        (
            "Minutes from the receipt of the newest result of a case (consult listen) until its first draft stood; the "
            "settling time of the listener is in it. Median and quartiles. n: cases with a known receipt.",
            "自收到病例最新结果（consult listen）至首份草稿形成的分钟数，含监听等待时间。中位数与四分位数。n："
            "已知接收时间的病例数。",
        ),
    ),
    "time.plan_to_signature": (
        ("From plan to signature", "方案至签名"),
        (
            "Minutes from the draft until the first doctor signed it, nights and weekends included: how long it "
            "waited, "
            "not how long anybody worked. Median and quartiles. n: cases with a signed plan.",
            "自草稿形成至首位医师签名的分钟数，含夜间与周末：是等待时长，不是工作时长。中位数与四分位数。n："
            "已有签名方案的病例数。",
        ),
    ),
    "time.reviewer": (
        ("Working time of the reviewer", "审阅者工作时间"),
        (
            "Minutes in which a doctor worked on a plan.",
            "医师处理一份方案的分钟数。",
        ),
    ),
}

_SAYS: dict[str, _Said] = {
    # why there is no value
    "not-in-a-replay": (
        "not known: nobody acted on the plans of a replay, and past cases do not carry when somebody did",
        "无从得知：无人处理回放的方案，既往病例也不含处理时间",
    ),
    "nothing-there": ("nothing to measure", "无可统计者"),
    "no-prices": ("not known: no price file was given (--prices)", "无从得知：未提供价格表（--prices）"),
    "no-price-of-these": ("not known: the price file names none of these tests", "无从得知：价格表中没有这些检验"),
    "no-receipt": (
        "not known: no result of these cases came in by consult listen",
        "无从得知：这些病例的结果均非经 consult listen 收到",
    ),
    "not-recorded": (
        "not known: the record says when each decision was made, not when somebody began to read",
        "无从得知：记录只含各项决定的时间，不含开始阅读的时间",
    ),
    "models-without-price": ("not known: the models have no price in the settings", "无从得知：设置中模型没有价格"),
    "several-currencies": (
        "no sum: amounts are in several currencies",
        "无法求和：金额为多种货币",
    ),
    "unreadable-plans": ("not known: no plan of the replay could be read", "无从得知：回放的方案均不可读"),
    # what a value is made of, or what is not in it
    "c.signed": ("signed", "已签名"),
    "c.decided": ("decided, not signed", "已决定未签名"),
    "c.open": ("await review", "待审阅"),
    "c.turned-down": ("turned down as a whole", "整体否决"),
    "c.replayed": ("with a plan", "有方案"),
    "c.without-plan": ("without a plan", "无方案"),
    "c.red": ("red (danger)", "危急"),
    "c.kind:critical": ("critical values", "危急值"),
    "c.kind:pattern": ("rules of danger", "危险规则"),
    "c.kind:unknown": ("kind not known", "类别不明"),
    "c.not-yet": ("not yet", "尚未处理"),
    "c.no-receipt": ("receipt not known", "接收时间不明"),
    "c.unreadable": ("plan not readable", "方案不可读"),
    "c.unpriced": ("without a price", "无价格"),
    "c.asked": ("cases in which models were asked", "调用了模型的病例"),
    "c.unsigned": ("not signed", "未签名"),
    "c.accepted": ("accepted", "接受"),
    "c.edited": ("edited", "修改"),
    "c.rejected": ("rejected", "拒绝"),
    "c.undecided": ("undecided", "未决定"),
    # kinds of items
    "k.problem": ("problem", "问题"),
    "k.test": ("test", "检查"),
    "k.referral": ("referral", "会诊或联系"),
    "k.treatment": ("treatment option", "治疗选项"),
    "k.monitoring": ("monitoring", "监测"),
    "k.avoid": ("to avoid", "不建议"),
    # the page
    "title": ("Value report", "价值报告"),
    "live": ("Live consultations, {period}.", "实际会诊，{period}。"),
    "replayed": ("Replay, arm {arm}.", "回放，方案组 {arm}。"),
    "all-time": ("since the first", "自首例起"),
    "since": ("from {since}", "自 {since} 起"),
    "until": ("until {until}", "至 {until}"),
    "between": ("{since} to {until}", "{since} 至 {until}"),
    "written": ("Written {at} by consult {version}.", "由 consult {version} 于 {at} 写成。"),
    "stance": (
        "Counts and measured times only: nothing is extrapolated, no money is said to be saved. A figure that cannot "
        "be "
        "known is shown as not known, with the reason; it is never a zero.",
        "只含计数与实测时间：不作外推，不称节省费用。无从得知的数字注明原因，绝不计为零。",
    ),
    "stance-replay": (
        "These plans were made again from past cases: nobody reviewed them, and no patient was treated by them.",
        "这些方案由既往病例重新生成：无人审阅，未用于任何患者。",
    ),
    "people": (
        "Persons who decided anything: {n}. Of so few, these figures judge a person: do not use them for that.",
        "作出决定的人数：{n}。人数如此之少，数字即是对个人的评价：请勿如此使用。",
    ),
    "people-many": ("Persons who decided anything: {n}.", "作出决定的人数：{n}。"),
    "left-damaged": (
        "Cases left out because a record of theirs does not hold: {n} ({why}).",
        "{n} 例因记录核验不成立而未计入：{why}。",
    ),
    "left-documents": (
        "Plans of the replay that could not be read: {n}; figures that need them say so.",
        "回放中 {n} 份方案不可读，需用到它们的数字已注明。",
    ),
    "left-purged": (
        "Cases of the period that were purged and are in no figure: {n}.",
        "统计期内 {n} 例已清除，不在任何数字中。",
    ),
    "figure": ("Figure", "指标"),
    "value": ("Value", "值"),
    "quartiles": ("Quartiles", "四分位数"),
    "made-of": ("Details", "说明"),
    "not known": ("not known", "不明"),
    "s.cases": ("Cases", "病例"),
    "s.alerts": ("Alerts", "警报"),
    "s.repeats": ("Tests that were there already", "已有结果的检验"),
    "s.items": ("What doctors decided", "医师的决定"),
    "s.models": ("Models", "模型"),
    "s.time": ("Time", "时间"),
    "s.department": ("By department", "按科室"),
    "s.month": ("By month", "按月份"),
    "department": ("Department", "科室"),
    "month": ("Month", "月份"),
    "unknown-group": ("not known", "不明"),
    "by-kind": ("By kind of item", "按条目类别"),
    "by-agent": ("By agent: an item that several say counts for each", "按智能体：多方提出的条目各计一次"),
    "few": (
        "Of a group with fewer than {few} cases only their number is shown: its figures would be about a few "
        "patients and "
        "doctors. Where all such groups together have fewer, the next smallest group is withheld with them, so that "
        "subtraction does not give them away.",
        "病例少于 {few} 的组只显示病例数：其数字实为少数患者与医师的情况。所有此类组合计仍少于 {few} 时，"
        "次小的组一并不显示，以免由减法推出。",
    ),
    "withheld": ("withheld: fewer than {few} cases, or next to such a group", "不显示：病例少于 {few}，或与此类组相邻"),
    "department-live": (
        "The ward of the patient as the hospital last sent it (PV1-3, a FHIR Location that is a ward, or department "
        "in a "
        "native case); a patient who was moved counts under the last ward.",
        "医院最近一次发送的患者科室（PV1-3、类型为病区的 FHIR Location，或本格式的 department）；"
        "转科患者计入最后的科室。",
    ),
    "department-replay": (
        "The specialty of the case, as its expected.toml says.",
        "病例的专科，依其 expected.toml。",
    ),
    "wait-plot": ("How long alerts waited until somebody acted", "警报至处理的等待时间"),
    "wait-x": ("minutes from alert to action", "警报至处理的分钟数"),
    "items-plot": ("Accepted, edited, rejected, by kind of item", "各类条目的接受、修改与拒绝"),
    "decided-n": ("n = {n} decided", "n = {n}（已决定）"),
    "items.unsigned.short": ("not signed", "未签名"),
    "items.undecided.short": ("undecided", "未决定"),
    "g.alerts.raised": ("alerts", "警报"),
    "g.alerts.acted": ("acted on", "已处理"),
    "g.alerts.raised_to_acted": ("alert to action", "警报至处理"),
    "g.repeats.annotated": ("tests that would have been repeated", "本会重复的检验"),
    "g.repeats.price": ("their price", "其价格"),
    "g.items.accepted": ("accepted", "接受"),
    "g.items.edited": ("edited", "修改"),
    "g.items.rejected": ("rejected", "拒绝"),
    "g.models.cost": ("cost of models", "模型费用"),
    "g.time.result_to_plan": ("result to plan", "结果至方案"),
    "g.time.plan_to_signature": ("plan to signature", "方案至签名"),
    "no-groups": ("Nothing can be told apart.", "无可区分者。"),
    "no-months": ("A replay has no months: its cases were all made at once.", "回放没有月份：病例为一次性生成。"),
    "contents": ("Contents", "目录"),
    "skip": ("To the figures", "跳至数据"),
    "min": ("min", "分钟"),
    "s": ("s", "秒"),
}

_CHECKS: dict[str, _Said] = {
    "unreadable": ("cannot be read", "不可读"),
    "audit": ("audit log", "审计日志"),
    "content": ("content", "内容"),
    "subject": ("subject", "患者"),
    "signature": ("signature", "签名"),
    "signer": ("signer not trusted", "签名者不受信任"),
    "complete": ("not complete", "不完整"),
}


def say(key: str, language: Language, **values: object) -> str:
    """A phrase of the report."""
    return _SAYS[key][language == "zh"].format(**values)


def said_or(key: str, fallback: str, language: Language) -> str:
    """A phrase, or `fallback` where there is none."""
    return _SAYS[key][language == "zh"] if key in _SAYS else fallback


def check_name(check: str, language: Language) -> str:
    """A check that a record failed."""
    return _CHECKS[check][language == "zh"] if check in _CHECKS else check


def title_of(figure: str, language: Language) -> str:
    """What a figure is called."""
    return _FIGURES[figure][0][language == "zh"]


def definition_of(figure: str, language: Language) -> str:
    """What a figure is, and what its n is."""
    return _FIGURES[figure][1][language == "zh"]
