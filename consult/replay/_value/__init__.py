"""What consultations are worth in counts and measured times: alerts, repeats, decisions, money, minutes."""

from consult.replay._value.figures import Figure
from consult.replay._value.groups import FEW, Group
from consult.replay._value.money import Prices
from consult.replay._value.page import value_html
from consult.replay._value.report import ValueReport, value_report
from consult.replay._value.sheets import Sheet, heading_of, sheets_of
from consult.replay._value.sources import LiveCases, Period, ReplayedCases

__all__ = [
    "FEW",
    "Figure",
    "Group",
    "LiveCases",
    "Period",
    "Prices",
    "ReplayedCases",
    "Sheet",
    "ValueReport",
    "heading_of",
    "sheets_of",
    "value_html",
    "value_report",
]
