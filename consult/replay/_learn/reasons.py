"""What a doctor's reason for a rejection says: that the item is wrong, or only that it is of no use now.

A review knows no codes: a reason is free text. One that begins with a code and a colon (`wrong: …`, `已做：…`) means
just that; any other is read by the closed list of phrases below. Where phrases of several kinds stand in it, or none,
it is `unclear`: it counts as a correction, and nothing is concluded from it.
"""

from __future__ import annotations

import re
from typing import Literal

Reason = Literal["wrong", "harmful", "unneeded", "repeated", "done", "known", "later", "declined", "unclear"]
"""wrong: it is not so; harmful: it would do harm; unneeded: of no use in this patient; repeated: said elsewhere in the
plan; done: done or on its way; known: no news; later: not now; declined: the patient does not want it; unclear."""
CIRCUMSTANCE: frozenset[Reason] = frozenset({"done", "known", "later", "declined"})
"""Reasons that say nothing against an item: such a rejection is no correction."""
AGAINST: frozenset[Reason] = frozenset({"wrong", "harmful"})
"""Reasons after which the item must not come again in a case like this."""

_CODES: dict[str, Reason] = {
    "wrong": "wrong", "harmful": "harmful", "unneeded": "unneeded", "repeated": "repeated", "done": "done",
    "known": "known", "later": "later", "declined": "declined",
    "错误": "wrong", "有害": "harmful", "不需要": "unneeded", "重复": "repeated", "已做": "done", "已知": "known",
    "暂不": "later", "拒绝": "declined",
}  # fmt: skip
_CODE = re.compile(rf"\s*({'|'.join(_CODES)})\s*(?:[:：]|\Z)", re.IGNORECASE)
_NOW = r"(?:now|today|at present|at this time|at the moment|yet|for now|currently|this time|acutely)"
_NO_USE = r"(?:relevant|needed|necessary|required|indicated|useful|helpful|a priority|urgent|applicable)"
_WORDED: dict[Reason, str] = {
    "wrong": (
        r"(?<!not )(?<!nothing )\b(?:wrong|incorrect|mistaken|untrue|spurious|disproved|contradicted)\b"
        r"|\bnot (?:true|correct|so|the case|supported)\b|(?<!not )(?<!cannot be )\b(?:ruled out|excluded)\b"
        r"|\b(?:does|do|did) not (?:have|fit)\b|\bdoesn't (?:have|fit)\b"
        r"|(?<!没)(?<!没有)(?<!无)(?:错误|有误)|不正确|不对|不成立|不支持|不符|误判|误报|无依据|没有依据"
        r"|(?:已|可以?|予以)排除(?!不)|排除了"
    ),
    "harmful": (
        r"(?<!not )\b(?:harmful|dangerous|unsafe|contra-?indicated|too risky)\b|\bnot safe\b"
        r"|\ballerg(?:y|ic) to\b|\brisks? outweighs?\b|(?<!无)(?<!没有)(?:禁忌|危险)|过敏|不安全|有害|风险[过太]大"
    ),
    "unneeded": (
        rf"\bnot {_NO_USE}\b(?! {_NOW})|\b(?:unnecessary|irrelevant|pointless)\b|\bno indication\b"
        r"|\bwould not change\b|(?<!暂)(?<!目前)(?:无需|不需要|不必|没有必要|无必要|无指征)|与本次[^。；]{0,10}无关"
    ),
    "repeated": (
        r"\bduplicat\w+|\bsame as\b|\bcovered by\b|\bsee [PR]\d+\b|\bsaid (?:already|twice)\b"
        r"|重复(?!做|查|检)|同上|[与同见]\s?[PR]\d+|已包含|已合并"
    ),
    "done": (
        r"\balready (?:been )?(?:done|performed|taken|given|sent|ordered|started|requested|on|having|receiving)\b"
        r"|\bdone (?:in|on|at|by|last|yesterday|today|elsewhere|before|already)\b"
        r"|\b(?:was|were|has been|have been) (?:done|performed|sent|repeated|given|started)\b"
        r"|\bin progress\b|\bunder ?way\b|\bresult pending\b"
        r"|\bawaiting (?:the )?results?\b|已经?(?:做|查|完成|送检|复查|开|用|予|给予|安排|执行|行)"
        r"|正在(?:做|进行|用)|进行中|结果(?:待回|未回)|待回报"
    ),
    "known": (
        r"\b(?:already|well|long)[- ]known\b|\bknown (?:history|diagnosis|since|for|from|to)\b|\blong-?standing\b"
        r"|\bpre-?existing\b|已知|既往(?:已)?(?:明确|确诊|诊断)|早已(?:诊断|明确|确诊)"
    ),
    "later": (
        rf"\bnot (?:{_NO_USE} |done )?{_NOW}\b|\b(?:later|deferred|postponed)\b|\bdefer\b|\bafter discharge\b"
        r"|\bas (?:an )?out-?patient\b|暂(?:不|缓|无需|时不)|目前(?:不|无需|暂)|现阶段|以后再|出院后|择期|门诊再"
    ),
    "declined": (
        r"\b(?:declin|refus)(?:es|ed|ing)?\b|\b(?:patient|family|parents?|she|he|they) (?:does|do|did) not want\b"
        r"|拒绝|不同意|不愿|不接受"
    ),
}  # fmt: skip
_PHRASES = {reason: re.compile(pattern, re.IGNORECASE) for reason, pattern in _WORDED.items()}


def reason_of(text: str | None) -> Reason:
    """What a reason says."""
    told = text or ""
    code = _CODE.match(told)
    if code is not None:
        return _CODES[code[1].lower()]
    found = [reason for reason, pattern in _PHRASES.items() if pattern.search(told)]
    return found[0] if len(found) == 1 else "unclear"
