"""Points by rubrics: who judged, how far that can be believed, and what each arm was given."""

from __future__ import annotations

from collections.abc import Sequence

from consult.replay._html import Child, Html, table, tag
from consult.replay._report.amounts import count, figure, not_judged, share
from consult.replay._report.figures import Figures
from consult.replay._report.names import Names
from consult.replay._report.sections import arm_name, paragraph, section
from consult.replay._rubrics.criteria import AxisPoints
from consult.replay._rubrics.known import JudgeCheck
from consult.replay._rubrics.sums import RubricSums


def rubric(arms: Sequence[Figures], check: JudgeCheck | None, names: Names) -> Html | None:
    """The section; None where nobody judged."""
    if check is None:
        return None
    distrusted = sum(arm.sums.rubric.distrusted for arm in arms)
    warning = paragraph(names.say("distrusted", n=distrusted, limit=f"{check.limit:g}"), "warning")
    return section(
        "rubric",
        names,
        paragraph(names.say("rubric-note"), "note"),
        warning if distrusted else None,
        _judge(check, names),
        _scores(arms, names),
    )


def _judge(check: JudgeCheck, names: Names) -> Html:
    """The judge and how it did at the known answers."""
    judge = check.judge
    said = ", ".join(f"{key} {value}" for key, value in judge.parameters.items())
    kinds = ((names.say(f"trap.{kind}"), n - check.missed.get(kind, 0), n) for kind, n in check.kinds.items())
    rows: list[list[Child]] = [
        [names.say("judge"), f"{judge.model} ({said})"],
        [names.say("fingerprint"), tag("code", judge.fingerprint[:16], title=judge.fingerprint)],
        [names.say("known"), share(check.agreed, check.n, names)],
        [names.say("macro-f1"), count(figure(check.macro_f1), f"n = {check.n}")],
        [names.say("known-unjudged"), count(check.not_judged, f"n = {check.n}")],
    ]
    rows += [[names.say("known-of", kind=kind), share(right, n, names)] for kind, right, n in kinds]
    return table([names.say("judge-check"), names.say("trusted" if check.trusted else "not-trusted")], rows)


def _scores(arms: Sequence[Figures], names: Names) -> Html:
    head = [names.say("measure"), *(arm_name(arms, arm) for arm in arms)]
    sums = [arm.sums.rubric for arm in arms]
    axes = sorted({axis for one in sums for axis in one.axes})
    rows: list[list[Child]] = [
        [names.say("r.mean"), *(mean_score(one, names) for one in sums)],
        [names.say("r.unjudged"), *(count(one.not_judged, f"n = {one.judged + one.not_judged}") for one in sums)],
        [names.say("r.criteria"), *(_criteria(one, names) for one in sums)],
    ]
    rows += [[names.say(f"axis.{axis}"), *(_axis(one.axes.get(axis), names) for one in sums)] for axis in axes]
    return table(head, rows, class_="figures")


def mean_score(sums: RubricSums, names: Names) -> Html:
    """A cell: the mean score of the cases that could be judged, with their number."""
    return not_judged(names) if sums.mean is None else count(figure(sums.mean), f"n = {sums.judged}")


def _criteria(sums: RubricSums, names: Names) -> Html:
    return count(sums.criteria_not_judged, names.say("r.of", n=sums.criteria + sums.criteria_not_judged))


def _axis(axis: AxisPoints | None, names: Names) -> Html:
    if axis is None or not axis.judged:
        return not_judged(names)
    unjudged = names.say("r.axis-unjudged", n=axis.not_judged) if axis.not_judged else ""
    said = names.say("r.axis", n=axis.judged)
    return count(f"{axis.points} / {axis.of}", f"{said}{unjudged}")
