"""Every sentence that the engine itself says, in English and Chinese. Rules bring their own."""

from __future__ import annotations

import re
from typing import Literal

Language = Literal["en", "zh"]

_SLOT = re.compile(r"\{(\w+)\}")

_PHRASES: dict[str, dict[Language, str]] = {
    "critical.low": {
        "en": "{name} {value} is at or below the critical limit {limit}.",
        "zh": "{name} {value}，达到或低于危急值下限 {limit}。",
    },
    "critical.high": {
        "en": "{name} {value} is at or above the critical limit {limit}.",
        "zh": "{name} {value}，达到或高于危急值上限 {limit}。",
    },
    "critical.laboratory.low": {
        "en": "{name} {value} was reported as critically low by the laboratory.",
        "zh": "{name} {value}，检验科报告为危急低值。",
    },
    "critical.laboratory.high": {
        "en": "{name} {value} was reported as critically high by the laboratory.",
        "zh": "{name} {value}，检验科报告为危急高值。",
    },
    "critical.laboratory": {
        "en": "{name} {value} was reported as critical by the laboratory.",
        "zh": "{name} {value}，检验科报告为危急值。",
    },
    "critical.positive": {
        "en": "{name} is positive: {value}; a critical result.",
        "zh": "{name}阳性：{value}，属危急结果。",
    },
    "preliminary": {"en": " The result is preliminary.", "zh": "该结果为初步结果。"},
    "earlier": {"en": " A later result is there.", "zh": "此后已有新的结果。"},
    "range.low": {"en": "{name} {value} is below the range {range}.", "zh": "{name} {value}，低于参考范围 {range}。"},
    "range.high": {"en": "{name} {value} is above the range {range}.", "zh": "{name} {value}，高于参考范围 {range}。"},
    "range.low.bare": {"en": "{name} {value} is low.", "zh": "{name} {value}，偏低。"},
    "range.high.bare": {"en": "{name} {value} is high.", "zh": "{name} {value}，偏高。"},
    "range.abnormal": {"en": "{name} {value} is abnormal.", "zh": "{name} {value}，异常。"},
    "words.positive": {"en": "{name}: {value} (positive, in words).", "zh": "{name}：{value}（文字结果，阳性）。"},
    "flag.low": {
        "en": "{name} {value} was reported as low by the laboratory.",
        "zh": "{name} {value}，检验科报告偏低。",
    },
    "flag.high": {
        "en": "{name} {value} was reported as high by the laboratory.",
        "zh": "{name} {value}，检验科报告偏高。",
    },
    "flag.abnormal": {
        "en": "{name} {value} was reported as abnormal by the laboratory.",
        "zh": "{name} {value}，检验科报告异常。",
    },
    "delta.high": {
        "en": "{name} rose from {before} to {value}, more than is expected between two results: explain or verify.",
        "zh": "{name}由 {before} 升至 {value}，变化超出两次结果间的预期，请解释或核实。",
    },
    "delta.low": {
        "en": "{name} fell from {before} to {value}, more than is expected between two results: explain or verify.",
        "zh": "{name}由 {before} 降至 {value}，变化超出两次结果间的预期，请解释或核实。",
    },
    "score": {"en": "{title}: {value}.", "zh": "{title}：{value}。"},
    "score.band": {"en": "{title}: {value} ({band}).", "zh": "{title}：{value}（{band}）。"},
    "abstains.child": {
        "en": "The patient is a child: rules for adults were not applied and most critical limits are for adults, "
        "so a dangerous value may stand here without an alert; judge each result by limits for children.",
        "zh": "患者为儿童：未应用成人规则，多数危急值界限仅适用于成人，"
        "危险结果可能没有警报；请按儿童界限判断每项结果。",
    },
    "abstains.pregnant": {
        "en": "The rules for patients who are not pregnant were not applied because the patient is pregnant.",
        "zh": "患者处于妊娠期，未应用非妊娠患者的规则。",
    },
    "age.unknown": {
        "en": "The patient's age is not known; the rules were applied as for an adult.",
        "zh": "患者年龄不详，规则按成人应用。",
    },
    "pregnancy.mentioned": {
        "en": "The history mentions pregnancy; ranges, limits and rules were applied as for someone not pregnant.",
        "zh": "病史提及妊娠；参考范围、限值和规则均按非妊娠患者应用。",
    },
    "pregnancy.told": {
        "en": "That the patient is pregnant is told by the history alone: where the report gives no range, the range "
        "is that of someone not pregnant.",
        "zh": "妊娠仅由病史得知：报告未给出参考范围者，所用为非妊娠者的参考范围。",
    },
    "essentials.missing": {
        "en": "The question that was asked needs results that were not sent: {names}.",
        "zh": "回答所提问题尚缺以下结果：{names}。",
    },
    "not.measured": {"en": "not available", "zh": "无可用结果"},
    "unknown": {"en": "unknown", "zh": "不详"},
}


def phrase(key: str, lang: Language, **values: str) -> str:
    """The sentence `key` in a language, with its values put in."""
    return _SLOT.sub(lambda slot: values[slot[1]], _PHRASES[key][lang])
