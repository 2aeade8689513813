"""What code finds in a case: quality, flags, critical values, deltas, rules. Free of models and of LangGraph.

```python
book = RuleBook.load(root, catalog=catalog, concepts=Concepts.load(root), guidelines_ids=guidelines)
assessment = assess(case, catalog=catalog, book=book, lang="zh")
assessment.alerts  # critical values and red rules, before anybody reasons about anything
```
"""

from consult.clinic._assess import Assessment, Fired, Unknown, assess
from consult.clinic._book import RuleBook
from consult.clinic._care import Care, CareBook, CareKind
from consult.clinic._cautions import Caution, Cautions, Raised
from consult.clinic._data import DataQuality
from consult.clinic._examples import check_example, example_case, examples, require_examples, untested_kinds
from consult.clinic._finding import Finding, FindingKind, Likelihood, Severity
from consult.clinic._phrases import Language
from consult.clinic._results import Chosen, Result, instant
from consult.clinic._retest import Available, RetestInterval, RetestIntervals
from consult.clinic._rule import Applies, Avoid, Concludes, Next, Rule, RuleSeverity, RuleTest
from consult.clinic._shown import name_of, range_of, render_says, value_of

__all__ = [
    "Applies",
    "Assessment",
    "Available",
    "Avoid",
    "Care",
    "CareBook",
    "CareKind",
    "Caution",
    "Cautions",
    "Chosen",
    "Concludes",
    "DataQuality",
    "Finding",
    "FindingKind",
    "Fired",
    "Language",
    "Likelihood",
    "Next",
    "Raised",
    "Result",
    "RetestInterval",
    "RetestIntervals",
    "Rule",
    "RuleBook",
    "RuleSeverity",
    "RuleTest",
    "Severity",
    "Unknown",
    "assess",
    "check_example",
    "example_case",
    "examples",
    "instant",
    "name_of",
    "range_of",
    "render_says",
    "require_examples",
    "untested_kinds",
    "value_of",
]
