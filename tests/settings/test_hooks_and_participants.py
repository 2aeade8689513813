"""The guides of hooks and outside models show what their settings take, all of it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from consult.settings import CdsSettings, ParticipantSettings, Settings

GUIDES = Path(__file__).resolve().parents[2] / "docs" / "guides"


@pytest.mark.parametrize(("table", "guide"), [(CdsSettings, "cds-hooks"), (ParticipantSettings, "outside-models")])
def test_every_key_is_in_its_guide_and_its_example_is_a_configuration(table: type[CdsSettings], guide: str) -> None:
    text = (GUIDES / f"{guide}.md").read_text(encoding="utf-8")
    [example] = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    Settings.model_validate(tomllib.loads(example))
    assert [key for key in table.model_fields if not re.search(rf"^\[?[a-z.]*{key}\b", example, re.MULTILINE)] == []
