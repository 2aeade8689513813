"""A real model as a judge: its answer is in the right shape, and what it invents counts for nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from real import BRIEF, RealServer, need_real_models

from consult.replay import Judge, known_answers
from consult.replay._rubrics import grounding
from consult.replay._rubrics.judge import Opinion
from consult.replay._rubrics.plan_text import shown
from consult.settings import Settings

pytestmark = pytest.mark.slow


def test_a_small_model_judges_in_the_right_shape(tmp_path: Path) -> None:
    need_real_models()
    item = known_answers()[0]
    text = shown(item.plan)

    async def ask(settings: Settings) -> Opinion:
        judge = Judge("small", settings)
        try:
            return await judge.opinion(judge.asking(str), text, item.criterion)
        finally:
            await judge.close()

    with RealServer() as server:
        model = server.model(tmp_path, extra=BRIEF, max_output_tokens=160)
        found = asyncio.run(ask(Settings.model_validate({"home": tmp_path, "models": {"small": model}})))
    assert found.final
    if found.said:
        assert found.served == "smollm2-135m"
        assert (found.verdict, found.why) == grounding.decided(found.said, found.quotation, text)
    else:
        assert found.why in {"truncated", "malformed", "schema", "empty"}
