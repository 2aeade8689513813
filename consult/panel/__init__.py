"""The consultation itself: planner, specialists in parallel, cross-review, synthesizer; `Panel` is its face."""

from consult.panel._at_rest import purge, rewrite_home, state_of_home
from consult.panel._cards import Card, load_cards
from consult.panel._case_block import CaseBlock, case_block, with_dates
from consult.panel._citing import References
from consult.panel._content_check import check_content
from consult.panel._desk import Desk
from consult.panel._events import Event
from consult.panel._fence import fence, plain_text
from consult.panel._lab_report import LabReport
from consult.panel._lab_report_text import report_markdown
from consult.panel._library import Library
from consult.panel._mentions import family
from consult.panel._panel import Panel
from consult.panel._reasoner import Brief, Dispute, Reasoner
from consult.panel._rehearsal import Rehearsal
from consult.panel._rules_reasoner import RulesReasoner
from consult.panel._screening import DraftOrder, Repeated, Screening, Warned, screen
from consult.panel._synthesis import cite

__all__ = [
    "Brief",
    "Card",
    "CaseBlock",
    "Desk",
    "Dispute",
    "DraftOrder",
    "Event",
    "LabReport",
    "Library",
    "Panel",
    "Reasoner",
    "References",
    "Rehearsal",
    "Repeated",
    "RulesReasoner",
    "Screening",
    "Warned",
    "case_block",
    "check_content",
    "cite",
    "family",
    "fence",
    "load_cards",
    "plain_text",
    "purge",
    "report_markdown",
    "rewrite_home",
    "screen",
    "state_of_home",
    "with_dates",
]
