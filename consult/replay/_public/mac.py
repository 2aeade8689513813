"""MAC: 302 rare diseases from case reports, each as first seen and after further tests.

Chen et al., npj Digital Medicine 2025; `dataset/rare_disease_302.json` of the repository of its authors.
"""

from __future__ import annotations

import json

from consult.replay._public.kit import DIAGNOSIS, Benchmark, Told, names_diagnosis, row_id, slug, words
from consult.replay._public.rows import Row

_ANSWER = "Final Name"
_FIRST, _LATER = "Initial Presentation", "Follow-up Presentation"


def read(row: Row) -> Told:
    """The later presentation, which holds the first; the first where there is no other."""
    answer = words(row, _ANSWER)
    text = _written_out(words(row, _LATER, needed=False) or words(row, _FIRST))
    return Told(
        text,
        [DIAGNOSIS["en"]],
        [answer],
        criteria=[names_diagnosis(answer)],
        group=slug(words(row, "Type", needed=False)),
        id=row_id(row.get("Case URL")),
    )


def _written_out(presentation: str) -> str:
    """Presentations are objects written as JSON in a string, and that once more as JSON; some are plain text."""
    found: object = presentation
    for _ in range(2):
        if isinstance(found, str):
            try:
                found = json.loads(found, strict=False)
            except (ValueError, RecursionError):
                break
    if not isinstance(found, dict):
        return found if isinstance(found, str) else presentation
    return "\n\n".join(f"{key}:\n{value}" for key, value in found.items() if isinstance(value, str) and value.strip())


MAC = Benchmark(
    "mac",
    "MAC rare diseases",
    signs=(('"Cases"', f'"{_ANSWER}"', f'"{_FIRST}"'), (f'"{_ANSWER}"', f'"{_FIRST}"', f'"{_LATER}"')),
    needs=((_ANSWER, _FIRST),),
    read=read,
)
