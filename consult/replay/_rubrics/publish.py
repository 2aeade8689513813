"""Opening a judge on a folder, and what a folder says after it was judged: its summary and its report."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from consult.panel import Library
from consult.replay._index import RowIndex
from consult.replay._options import DOCUMENTS, RUN, SUMMARY
from consult.replay._report import write_report
from consult.replay._results import Results
from consult.replay._rubrics.judge import Judge
from consult.replay._rubrics.records import Scores
from consult.replay._summary import ArmSummary, summarise, summary_document
from consult.settings import Settings
from consult.storage import Vault


def pinned_judge(name: str, settings: Settings, results: Results) -> Judge:
    """The judge of a folder. Its replies are recorded there, unless the settings say that a recording answers.

    Raises:
        SettingsError: there is no such model.
        UsageError: the recording cannot be read.
    """
    from consult.models import Recording

    sealer = Vault.from_settings(settings.storage).sealer("recording")
    kept = settings.recording
    if kept.mode == "replay" and kept.path is not None:
        return Judge(name, settings, recording=Recording.replay(kept.path, sealer=sealer))
    fingerprint = Judge(name, settings).identity.fingerprint
    path = results.folder / DOCUMENTS / "judged" / f"{fingerprint[:12]}.jsonl"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Judge(name, settings, recording=Recording.record(path, sealer=sealer))


def publish_results(results: Results, settings: Settings) -> dict[str, ArmSummary]:
    """Write summary and report anew, with the scores by the rubric; gives back the counts by arm.

    Raises:
        UsageError: there are no rows, or a line is none.
    """
    run = results.read(RUN) or {}
    order = [str(arm) for arm in run.get("arms", [])]
    found = summarise(results.rows(), RowIndex.read(results.folder).hashes)
    judge = Scores.read(results.folder).as_json()
    text = json.dumps(summary_document(found, judge), ensure_ascii=False, indent=2)
    results.write(SUMMARY, f"{text}\n")
    write_report(
        results,
        at=datetime.now(UTC),
        language=settings.language,
        library=Library.load(settings),
        arms=order or list(found),
        complete="finished" in run,
    )
    return found
