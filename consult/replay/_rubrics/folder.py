"""Judging a folder of results: every plan whose case has a rubric, resumable, and never at the cost of a row."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from consult.errors import ConsultationError, UsageError
from consult.models import Call
from consult.privacy import Gateway, doubts, load_detectors
from consult.replay._index import RowIndex
from consult.replay._results import Results
from consult.replay._row import Row
from consult.replay._rubrics.criteria import Criterion, JudgedCriterion, scored
from consult.replay._rubrics.judge import Judge, Opinion
from consult.replay._rubrics.known import JudgeCheck, checked, items_hash, known_answers
from consult.replay._rubrics.plan_text import plan_text, shown, text_hash
from consult.replay._rubrics.records import JUDGE, JUDGED, Checks, JudgedRow, read_checks, read_judged
from consult.replay._rubrics.sheets import Sheet, has_rubric, keep_sheet, kept_rubric, kept_sheet
from consult.review import Consultation
from consult.settings import Settings

UNREADABLE = "unreadable"
"""Why nothing of a plan could be judged whose document is not there."""


@dataclass(slots=True)
class Judging:
    """How far a judgement is."""

    total: int = 0
    """Plans whose case has a rubric."""
    done: int = 0
    asked: int = 0
    """Questions that were put to the judge in this run; the others were answered before."""
    unanswered: int = 0
    """Criteria to which the judge gave no answer, for a reason that may pass: the next run asks again."""
    calls: int = 0
    cost: Decimal = field(default_factory=Decimal)
    checking: bool = False
    """Whether these are the known answers."""


Tell = Callable[[Judging], None]


async def judge_folder(
    results: Results,
    judge: Judge,
    *,
    settings: Settings,
    others: Sequence[Results] = (),
    check_only: bool = False,
    tell: Tell = lambda _: None,
) -> tuple[JudgeCheck, Judging]:
    """Ask the known answers where this judge was not asked them here, then judge every plan that has a rubric.

    Args:
        results: of a replay.
        judge: closed by who made it.
        settings: the site's.
        others: folders in which the same plans may have been judged before, by the same judge.
        check_only: leave it at the known answers.
        tell: told of the progress.

    Raises:
        UsageError: the folder holds no results, or no case has a rubric.
        ConsultationError: the judge did not answer the known answers: nothing is judged.
    """
    index = RowIndex.read(results.folder)
    cases = [case for case in _cases(index) if has_rubric(results, case)]
    if not cases and not check_only:
        raise UsageError(
            "no case of this replay has a rubric; write [[rubric]] into expected.toml and give the same replay command "
            "again: plans that are there are not made anew"
        )
    work = _Work(results, judge, settings, (results, *others), tell)
    check = await work.checked(counts=not check_only)
    if not check_only:
        await work.judge_all(index, cases)
    return check, work.progress


def _cases(index: RowIndex) -> list[str]:
    """Hashes of the cases that have a row, in order."""
    return list(dict.fromkeys(case for rows in index.places.values() for case in rows))


@dataclass(slots=True)
class _Work:
    results: Results
    judge: Judge
    settings: Settings
    folders: Sequence[Results]
    tell: Tell
    progress: Judging = field(default_factory=Judging)
    before: dict[tuple[str, str], JudgedRow] = field(default_factory=dict)
    """What this judge gave in earlier runs."""

    async def checked(self, *, counts: bool) -> JudgeCheck:
        """The check of this judge in this folder, made where there is none of the items as they are now.

        Args:
            counts: its scores are those of the folder from now on; who is only checked takes nobody's place.
        """
        checks, identity = read_checks(self.results.folder), self.judge.identity
        limit = self.settings.judge.agreement
        found = checks.judges.get(identity.fingerprint)
        if found is None or found.items != items_hash():
            found = await self._asked_known(limit)
        found = found.model_copy(update={"limit": limit, "judge": identity})
        judges = {**checks.judges, identity.fingerprint: found}
        last = identity.fingerprint if counts else checks.last or identity.fingerprint
        self.results.write(JUDGE, Checks(last=last, judges=judges).model_dump_json(indent=2) + "\n")
        return found

    async def _asked_known(self, limit: float) -> JudgeCheck:
        items, opinions = known_answers(), dict[str, Opinion]()
        waiting = iter(items)

        async def ask() -> None:
            for item in waiting:
                asking = self.judge.asking(str)
                opinions[item.id] = await self.judge.opinion(asking, shown(item.plan), item.criterion)
                self._count(asking.journal.calls())

        self.progress.checking = True
        await self._at_once(ask)
        self.progress.checking = False
        silent = [one for one in opinions.values() if not one.final]
        if silent:
            raise ConsultationError(
                f"the judge gave no answer to {len(silent)} of {len(items)} questions whose answers are known "
                f"({silent[0].why}): nothing was judged; the same command tries again"
            )
        verdicts = {id: one.verdict for id, one in opinions.items()}
        served = [one.served for one in opinions.values()]
        return checked(self.judge.identity, verdicts, served=served, limit=limit)

    async def judge_all(self, index: RowIndex, cases: Sequence[str]) -> None:
        """Judge the plans of these cases; those of one case one after another, for arms often agree."""
        fingerprint = self.judge.identity.fingerprint
        self.before = {
            row.pair: row for row in read_judged(self.results.folder) if row.judge.fingerprint == fingerprint
        }
        self.progress.total = sum(row.status == "ok" for case in cases for row in index.of_case(case))
        waiting = iter(cases)

        async def work() -> None:
            for case in waiting:
                rubric = kept_rubric(self.results, case)
                for row in index.of_case(case):
                    if row.status == "ok":
                        await self._row(row, rubric)

        await self._at_once(work)

    async def _row(self, row: Row, rubric: Sequence[Criterion]) -> None:
        """Judge one plan, and write its line unless the same one stands there already."""
        try:
            consultation = self.results.document(row)
            sheet = await self._sheet(consultation, rubric)
        except UsageError:
            sheet = Sheet(judge="", plan="", opinions={one.hash: Opinion(why=UNREADABLE) for one in rubric})
        judged = self._judged(row, rubric, sheet)
        if judged != self.before.get(judged.pair):
            self.results.add_line(JUDGED, judged.model_dump_json())
        self.progress.unanswered += sum(sheet.opinions[one.hash].unanswered for one in rubric)
        self.progress.done += 1
        self.tell(self.progress)

    async def _sheet(self, consultation: Consultation, rubric: Sequence[Criterion]) -> Sheet:
        """What the judge says of a plan; what it said before is not asked again, and every answer is kept at once."""
        if consultation.plan is None:
            raise UsageError("a consultation without a plan cannot be judged")
        # the case passed the detectors before it was drafted; forms of identifiers are looked for once more
        gateway = Gateway(None, detect=False)
        text = gateway.redact(plan_text(consultation.plan))
        sheet = kept_sheet(self.folders, self.judge.identity.fingerprint, text_hash(text))
        asking = self.judge.asking(gateway.redact, withheld=self._withheld(consultation))
        for one in rubric:
            known = sheet.opinions.get(one.hash)
            if known is None or not known.final:
                before = len(asking.journal.calls())
                sheet.opinions[one.hash] = await self.judge.opinion(asking, text, one.criterion)
                keep_sheet(self.results, sheet)
                self._count(asking.journal.calls()[before:])
        keep_sheet(self.results, sheet)  # one that came from another folder stands here too
        return sheet

    def _withheld(self, consultation: Consultation) -> str:
        """Why a plan may not leave, where the site is strict; as for the models of a consultation."""
        if not self.settings.privacy.strict:
            return ""
        found = doubts(consultation.case, load_detectors(self.settings.privacy.detectors))
        return f"the case may still name somebody ({', '.join(one.kind for one in found)})" if found else ""

    def _judged(self, row: Row, rubric: Sequence[Criterion], sheet: Sheet) -> JudgedRow:
        criteria = [
            JudgedCriterion(
                criterion=one.hash,
                points=one.points,
                axis=one.axis,
                tags=one.tags,
                verdict=sheet.opinions[one.hash].verdict,
                why=sheet.opinions[one.hash].why,
            )
            for one in rubric
        ]
        identity = self.judge.identity
        figures = scored(criteria, judge=identity.fingerprint, trusted=False)
        return JudgedRow(
            case=row.case,
            case_hash=row.case_hash,
            arm=row.arm,
            arm_hash=row.arm_hash,
            judge=identity,
            served=_served(sheet.opinions[one.hash] for one in rubric),
            plan=sheet.plan,
            score=figures.score,
            points=figures.points,
            of=figures.of,
            not_judged=figures.not_judged,
            criteria=criteria,
        )

    def _count(self, calls: Iterable[Call]) -> None:
        found = list(calls)
        self.progress.asked += 1
        self.progress.calls += len(found)
        self.progress.cost += sum((Decimal(call.cost) for call in found), Decimal())
        self.tell(self.progress)

    async def _at_once(self, work: Callable[[], Awaitable[None]]) -> None:
        """Run as many of these as the judge's model bears; the first that fails ends all."""
        tasks = [asyncio.ensure_future(work()) for _ in range(self.judge.settings.limits.concurrency)]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


def _served(opinions: Iterable[Opinion]) -> list[str]:
    return sorted({one.served for one in opinions if one.served})
