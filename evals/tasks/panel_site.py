"""What one process of Inspect needs once: settings, rules and literature, the panel of each arm."""

from __future__ import annotations

from functools import cache
from typing import Any

from inspect_ai.model import get_model
from inspect_endpoint import InspectEndpoint

from consult.panel import Library, Rehearsal
from consult.settings import Settings

NONE = "none/none"
"""What Inspect calls no model."""


class Site:
    """A panel as configured, and what it reads. Made once for each set of parameters of a task."""

    def __init__(self, arm: str, home: str | None, config: str | None) -> None:
        """Load it.

        Args:
            arm: `panel` or `single`.
            home: of the index; None: the usual one.
            config: a `consult.toml`; None: the usual one.
        """
        site = Settings.load(config, home=home)
        self.settings = site.model_copy(update={"panel": site.panel.model_copy(update={"arm": arm})})
        self.library = Library.load(self.settings)
        self._rehearsals: dict[str, Rehearsal] = {}

    def rehearsal(self) -> Rehearsal:
        """The panel with the model that Inspect evaluates, if there is one."""
        model = get_model()
        name = str(model)
        if name not in self._rehearsals:
            given: dict[str, Any] = {} if name == NONE else {"inspect": InspectEndpoint(model)}
            self._rehearsals[name] = Rehearsal(self.library, settings=self.settings, models=given)
        return self._rehearsals[name]


@cache
def site(arm: str, home: str | None, config: str | None) -> Site:
    """The site of these parameters."""
    return Site(arm, home, config)
