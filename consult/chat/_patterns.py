"""The wordings by which a question is understood, English and Chinese. The first row that matches decides."""

from __future__ import annotations

import re

from consult.chat._model import Kind


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


WHAT_IF = _any(
    r"\bwhat if\b|\bwhat (?:would|will) (?:happen|change|the plan be)\b|\bsuppos(?:e|ing)\b|\bassum(?:e|ing)\b"
    r"|\bimagine\b",
    r"\bif (?:the |his |her |their )?[\w .,/()-]{1,60}? (?:were|was|had|did|took|rose|fell|is|are|has)\b",
    r"\bhypothetical",
    r"假如|假设|假定|假使|如果|要是|倘若|若(?=.{0,20}(?:是|为|呢|会|正常|则))|换成|会怎样|会怎么样|会有什么变化",
)
"""Also marks where a supposition stands in a question."""

KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("what-if", WHAT_IF),
    ("alerts", _any(r"\balerts?\b|\bcritical (?:value|result|finding)s?\b|\bred flags?\b|\bdangers?\b|\bdangerous\b",
                    r"危急值|警报|报警|警示|预警|危急|有(?:什么|何|没有|无)?危险")),
    ("differs", _any(r"\b(?:dis)?agree(?:s|ment)?\b|\bdissent|\bconsensus\b|\bdiffer(?:ence)?s? (?:of opinion|between)"
                     r"|\b(?:do|does) .{0,30}\bdiffer\b", r"分歧|意见(?:是否)?(?:不|一)?(?:同|致)|不同意见"
                         r"|是否一致|有异议")),
    ("trust", _any(r"\btrust\w*\b|\breli(?:able|ability|ed)\b|\bbelieve\b|\bart[ei]fact|\bspurious|\bvalid\b|\bpseudo"
                   r"|\bcan (?:i|we) use\b|\bdata quality\b|\bis .{0,40}\b(?:real|true|genuine|correct)\b",
                   r"可信|可靠|准确|准不准|能信|真的(?:高|低|吗)|是真的|真性|数据质量|能用吗|有问题吗")),
    ("missing", _any(r"\bmissing\b|\black(?:s|ing)?\b|\bwhat (?:else|more|other) .{0,30}\bneed"
                     r"|\bnot (?:been )?(?:measured|done)\b"
                     r"|\bwhat (?:test|information|data|result)s? .{0,20}\b(?:need|lack|absent)|\bwould settle\b"
                     r"|\bstill needed\b",
                     r"缺(?:少|失|什么|哪|了)|还(?:差|缺|需要?(?:什么|哪|查|做|补))|没(?:有)?(?:做|查|测)(?:的"
                     r"|什么|哪)|补充(?:什么|哪)")),
    ("against", _any(r"\bagainst\b|\bcontradict|\bargu(?:e|es|ing|ment)s? (?:for|with)?|\bwhy not\b|\b(?:does"
                     r"|do)(?:n.t| not) fit\b"
                     r"|\balternatives?\b|\bwhat else (?:could|might|can)\b|\bdifferential\b|\bcounter"
                     r"|\bchallenge\b|\bcontraindicat",
                     r"反对|不支持|不符合|反驳|为什么(?:不是|不考虑|没有?考虑)|为何不|鉴别|(?:其他|别的"
                     r"|其它)(?:可能|诊断|原因|疾病)|还(?:可能|会)是|禁忌|相悖|矛盾")),
    ("guideline", _any(r"\bguidelines?\b|\bliterature\b|\bpassages?\b|\breferences?\b(?! range)|\bpublished\b"
                       r"|\bstud(?:y|ies)\b"
                       r"|\bsources?\b|\bconsensus statement\b|\bcite\b|\bcitation",
                       r"指南|共识|文献|出处|参考资料|研究(?:怎么|如何|显示)|规范怎么|引用")),
    ("why", _any(r"\bwhy\b|\breasons?\b|\brationale\b|\bexplain|\bbas(?:is|ed on)\b|\bsupports?\b|\bevidence\b"
                 r"|\bwhat makes\b"
                 r"|\bhow (?:do|did|can) (?:you|we|they) (?:know|conclude|get)|\bspeaks? for\b|\bjustif",
                 r"为什么|为何|为啥|理由|原因|依据|凭什么|怎么(?:得出|判断|知道|解释)|如何(?:得出|判断|解释)"
                 r"|支持|解释|说明什么|提示什么")),
    ("trend", _any(r"\btrends?\b|\bover time\b|\bcourse of\b|\bchang(?:e|ed|es|ing)\b|\bprevious(?:ly)?\b"
                   r"|\bearlier\b|\brising\b|\bfalling\b"
                   r"|\bdevelop(?:ed|ment)\b|\bevol(?:ve|ution)|\bbefore\b|\bhistory of (?:the )?(?:values?"
                   r"|results?)\b|\bserial\b",
                   r"趋势|变化|走势|历次|上次|之前|以前|动态|升高了吗|下降了吗|前后|对比")),
    ("abnormal", _any(r"\babnormal|\bout(?:side)? of (?:the |its )?range\b|\boutside (?:the|its|their) range"
                      r"|\bflagged\b",
                      r"异常|超出(?:参考)?范围")),
    ("next", _any(r"\bnext\b|\bshould (?:we|i|be|he|she|they)\b|\brecommend|\bwhich tests?\b|\bto do\b"
                  r"|\bconsider(?:ed)?\b|\boptions?\b"
                  r"|\bwhat now\b|\badvi[sc]e|\btreat|\bmanage|\bshall we\b|\bcan we give\b",
                  r"下一步|接下来|怎么办|建议|该(?:做|查|怎么)|应该|应当|处理|治疗|考虑做|做什么检查|查什么|怎么处理")),
    ("summary", _any(r"\bsummar|\boverview\b|\bin short\b|\bmain (?:problem|point)|\bdiagnos[ei]s\b"
                     r"|\bwhat is wrong\b|\bproblems?\b"
                     r"|\bplan\b|\bconclu|\bbottom line\b|\bwhat (?:does|do) (?:he|she|the patient) have\b",
                     r"总结|概括|概述|小结|诊断|主要问题|什么病|结论|方案|问题(?:清单|列表)|得了什么")),
)  # fmt: skip

LISTED = {
    "medications": _any(r"\bmedic(?:ation|ine)s?\b|\bdrugs?\b|\btaking\b|\bis (?:he|she|the patient) on\b",
                        r"(?:在|目前|现在|平时|正在|既往)(?:用|吃|服)(?:的)?(?:什么|哪些)?药|用药(?:史|情况"
                        r"|清单)|服用(?:什么|哪些|了)"),
    "allergies": _any(r"\ballerg", r"过敏"),
    "conditions": _any(r"\bpast (?:medical )?history\b|\bcomorbid|\bknown conditions?\b|\bmedical history\b",
                       r"既往史|病史|基础(?:疾)?病|合并症"),
    "procedures": _any(r"\bprocedures?\b|\boperations?\b|\bsurger", r"手术史|做过(?:什么|哪些)手术|操作史"),
}  # fmt: skip
"""Lists of the record that are asked for by name."""

INTERROGATIVE = _any(
    r"[?？]\s*$|\b(?:tell|give|show) me\b",
    r"^\W*(?:and |but |so |then )?(?:what|which|who|whom|whose|when|where|why|how|is|are|was|were|do|does|did"
    r"|can|could|may"
    r"|might|should|shall|would|will|has|have|had (?:he|she|the)|show|list|tell|explain|give|ask|summari[sz]e|compare"
    r"|describe|find|any|please|let me|i want|i would like|could you|trend|against|suppos|assum|imagine|ignore"
    r"|forget|write|print|repeat"
    r"|prescribe|start|stop|order|increase|reduce|administer|infuse|transfuse|titrate|switch|continue)\b",
    r"什么|为何|为啥|怎么|怎样|如何|多少|几(?:次|个|片|点|毫)|哪|是否|吗|呢|有没有|有无|能否|可否|会不会|是不是"
    r"|要不要|请|列出|告诉|说明|解释|总结|趋势|忽略|开(?:药|处方|医嘱|个|点)",
)
"""A question or a request; what is neither may be something that is told."""

STATES = _any(
    r"\b(?:is|are|was|were|has|have|had|takes?|took|started|stopped|allergic|denies|receiv\w+|smokes?|on)\b",
    r"过敏|服用|使用|在用|有|是|否认|曾|患有|停用|开始",
)
"""Makes a statement of a few words one that tells something."""
ITEM = re.compile(r"(?<![A-Za-z0-9])([APRFNaprfn])(\d{1,3})(?![A-Za-z0-9.])")
ASKS_SPECIALTY = _any(
    r"\bask(?:ing)?\b|\baccording to\b|\b(?:think|thinks|say|says|said|opinion|view|comment|reckon)\b"
    r"|\bfrom (?:the )?\w+ (?:point|perspective|side)|\bconsult\b",
    r"问(?:一下|问)?|请|听听|认为|怎么看|怎么说|意见|观点|看法|会诊|角度",
)
"""Beside the name of a specialty: its view is wanted."""
IDLE = _any(
    r"\b(?:is|was|would|could|can|may) it (?:be )?(?:safe|possible|ok|okay|true|right|necessary|time|wise|fair)\b"
)
"""Where `it` speaks of nothing."""
FOLLOWS = _any(
    r"\b(?:it|that|these|those|they|them)\b|\bthis\b(?! (?:patient|case|record|plan|man|woman|child|person))",
    r"^\W*(?:and|but|so|then)\b|^\W*(?:why|really|how so|why not|how come)\W*$",
    r"这个|那个|它|该(?!患|病|例)|此(?!患|病|例)|那么|^那|^为(?:什么|何)[？?]?$",
)
"""Speaks of what was asked about before."""

PLAIN = frozenset({
    "abnormal", "about", "admin", "advice", "again", "against", "agree", "alert", "alerts", "all", "also",
    "alternative", "alternatives", "analysis", "and", "answer", "answers", "any", "anybody", "anyone", "anything",
    "approve", "are", "argue", "argues", "artefact", "artifact", "ask", "asked", "because", "been", "before", "being",
    "believe", "between", "board", "brief", "briefly", "bring", "can", "case", "cause", "caused", "causes", "change",
    "changed", "changes", "chart", "check", "clinical", "conclusion", "conclusions", "confirm", "confirmed",
    "consensus", "consider", "could", "course", "critical", "current", "danger", "dangerous", "data", "decide",
    "delete", "developer", "diagnoses", "diagnosis", "did", "differ", "differential", "disagree", "discharge",
    "dissent", "doctor", "does", "doing", "done", "doubt", "down", "drop", "each", "else", "ever", "every",
    "everything", "evidence", "exactly", "examination", "exclude", "excluded", "exist", "exists", "explain",
    "explains", "explanation", "fact", "facts", "fear", "find", "finding", "findings", "first", "fit", "fits",
    "flagged", "follow", "for", "forget", "from", "further", "give", "given", "going", "guideline", "guidelines",
    "had", "haematologist", "haematology", "happen", "happens", "has", "have", "help", "hematologist", "hematology",
    "here", "high", "home", "honestly", "how", "ignore", "immediately", "instruction", "instructions", "interpret",
    "interpretation", "into", "investigation", "investigations", "item", "just", "know", "laboratory", "lacking",
    "latest", "let", "level", "levels", "like", "likely", "list", "literature", "low", "made", "main", "make",
    "manage", "management", "matter", "mean", "means", "measured", "medicine", "might", "missing", "mode", "more",
    "most", "much", "necessary", "need", "needed", "needs", "new", "newest", "next", "normal", "not", "note", "notes",
    "nothing", "now", "obey", "off", "only", "opinion", "option", "options", "order", "other", "our", "out",
    "outside", "over", "overall", "overview", "panel", "passage", "pathologist", "patient", "patients", "person",
    "physician", "plan", "please", "point", "possible", "present", "pretend", "previous", "print", "probably",
    "problem", "problems", "prompt", "prove", "pulmonologist", "question", "questions", "quick", "quickly", "raise",
    "raised", "range", "rather", "reading", "real", "really", "reason", "reasons", "recent", "recommend",
    "recommended", "record", "release", "reliability", "reliable", "remove", "repeat", "report", "reported",
    "request", "respiratory", "rests", "result", "results", "review", "right", "risk", "risks", "rule", "ruled",
    "said", "same", "say", "says", "see", "seems", "sentence", "serious", "settle", "short", "should", "show",
    "shown", "sign", "signed", "significance", "significant", "since", "situation", "some", "something", "speak",
    "speaks", "specialist", "specialists", "specialty", "spurious", "step", "steps", "still", "summarise",
    "summarize", "summary", "support", "supported", "supports", "sure", "suspect", "system", "take", "team", "tell",
    "test", "tests", "than", "that", "the", "their", "them", "then", "therapy", "there", "these", "they", "thing",
    "things", "think", "this", "those", "time", "today", "told", "treatment", "treatments", "trend", "trends", "true",
    "trust", "under", "unlikely", "until", "urgency", "urgent", "use", "used", "valid", "value", "values", "very",
    "want", "was", "way", "were", "what", "whatever", "when", "where", "whether", "which", "while", "who", "whole",
    "whose", "why", "will", "with", "without", "words", "would", "write", "wrong", "year", "years", "yet", "you",
    "your",
})  # fmt: skip
"""Words of a question that name nothing in medicine."""
PLAIN_HAN = _any(
    r"为什么|为何|为啥|什么|怎么样?|怎样|如何|多少|哪(?:些|个|项|种)?|是否|是不是|有没有|有无|能否|可否|可以"
    r"|会不会|要不要|应该|应当|该|请|告诉|列出|显示|说明|解释|总结|概括"
    r"|趋势|变化|走势|最近|目前|现在|当前|最新|一次|上次|以前|之前|历次|结果|数值|指标|检查|检验|化验|检测|患者"
    r"|病人|病例|这个|那个|这|那|它|该|此|本|例|我们|你们|您|你|我|他|她"
    r"|警报|危急值|危急|报警|预警|异常|正常|升高|降低|偏高|偏低|高|低|诊断|考虑|怀疑|判断|依据|理由|原因|支持"
    r"|反对|不支持|不符合|证据|鉴别|其他|其它|别的|可能性?|指南|共识|文献|建议|推荐|下一步|接下来"
    r"|处理|治疗|方案|意见|看法|认为|觉得|分歧|一致|不同|专科|专家|医生|医师|血液科?|呼吸科?|检验科?|问一?下?"
    r"|听听|缺少|缺失|还|缺|需要|补充|做|查|测|可信|可靠|准确|真的|真实|数据质量|问题|主要|结论|小结"
    r"|关于|对于|对|的|了|吗|呢|吧|啊|是|有|和|与|或|及|在|中|里|上|下|为|说|看|能|会|要|把|给|都|也|就|才|很|最"
    r"|更|再|又|不|没|无|未|已|与否|哪里|地方|内容|信息|记录|病历|情况|意义|意味着|提示|说法|规定|方面|角度|继续"
    r"|以及|因为|所以|如果|假如|药物?|用药|过敏|病史|急|忽略|指令|忘记|之前的"
)
"""The same in Chinese."""

GIVEN = _any(
    r"\b(?:give|giving|transfus\w+|infus\w+|treat\w*|use|start)\b", r"输(?!液港)|给(?!出)|治疗|使用|用(?:不用|这)"
)
"""Asks whether something may be given."""

# -- prescriptions ----------------------------------------------------------------------------------------------------

PRESCRIBES = _any(
    r"\bprescri(?:be|bes|bed|bing|ption|ptions)\b|\bdos(?:e|es|ed|age|ages|ing)\b(?!-response| response)",
    r"\bhow (?:much|many) (?:mg|milligrams?|grams?|mcg|ug|units?|iu|tablets?|pills?|capsules?|ampoules?|vials?"
    r"|ml|drops|puffs|bags)\b",
    r"\bhow (?:much|many|often|fast|long)\b.{0,60}\b(?:give|take|infus\w*|transfus\w*|inject\w*|administer\w*|start)\b",
    r"\b(?:frequency|rate|route) of (?:the )?(?:administration|infusion|injection)\b|\binfusion rate\b|\bdrip rate\b",
    r"\b(?:b\.?i\.?d|t\.?i\.?d|q\.?i\.?d|q\d{1,2}h|once daily|twice daily|times (?:a|per) day)\b",
    r"\b(?:write|make|place|enter|draft|sign) (?:me |us |an? |the |my )*(?:\w+ )?(?:order|orders|script|scripts"
    r"|order set|prescription)\b",
    r"\bhow (?:much|many|often)\b(?=.*\b(?:heparin|insulin|warfarin|iron|steroid|prednis\w*|antibiotic|oxygen"
    r"|fluid|saline|potassium|blood|plasma"
    r"|platelets|albumin|calcium|magnesium|bicarbonate|furosemide|diuretic)\b.*\b(?:need|for|give|him|her"
    r"|patient|should)|\W+\w+\W*$)",
    r"\b(?:amount|quantity) of\b.{0,60}\b(?:per|a|each|every) (?:day|hour|kg|kilogram|week)\b",
    r"\bloading (?:amount|bolus)\b|\btitrat\w+\b|\bregimen\b",
    r"开(?:一?[个张点些]|一下|什么|哪些?|具|几)?(?:点|些)?(?:药|处方|方子|医嘱)|处方|剂量|用量|药量|多大量"
    r"|负荷量|滴速|泵速|滴定",
    r"(?:多少|几)(?:毫克|微克|克|mg|ug|片|支|粒|单位|毫升|ml|袋|瓶|包|滴|个单位)(?!/)",
    r"(?:每|一)(?:天|日|次|周)(?:吃|用|服|打|输|给)?(?:几|多少)|多久(?:吃|用|服|打|输|给)一次|频次|给药途径",
    r"(?:怎么|如何|怎样)(?:用药|吃药|服药|给药|打针|服用|使用[^仪])|(?:给|用|输|吃|打|注射|静滴|口服)多少"
    r"|下(?:个|一下|达)?医嘱|疗程",
)
"""A dose, a frequency, a route or an order is wanted."""
NO_PRESCRIPTION = _any(
    r"low[- ]dose (?:CT|computed|chest|scan)|dose[- ]response|radiation dose|低剂量(?:螺旋)?CT|辐射剂量"
)
ORDERS = _any(
    r"^\W*(?:please |now |just |then )*(?:give|start|order|administer|increase|raise|reduce|lower|stop|switch"
    r"|continue|infuse|inject"
    r"|transfuse|put (?:him|her|the patient) on)\b",
    r"^\W*(?:请|马上|立即|现在)?(?:给(?:他|她|患者|病人)?|开始|停用?|加用|改用|输|静滴|静推|口服|注射|用)",
)
"""Begins an order; where it names something that is given, it is one."""
