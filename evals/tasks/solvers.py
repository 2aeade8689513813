"""The panel as a solver of Inspect."""

from __future__ import annotations

from inspect_ai.model import ChatMessageAssistant, ModelOutput, ModelUsage
from inspect_ai.solver import Generate, Solver, TaskState, solver
from panel_site import site

from consult.case import Case
from consult.review import Consultation, export_markdown

CASE = "case"
"""Key of a sample's metadata: the de-identified case, in JSON of its own."""
CONSULTATION = "consultation"
"""Key of the store: the consultation up to its draft."""


@solver
def consult_panel(arm: str = "panel", home: str | None = None, config: str | None = None) -> Solver:
    """A consultation on the sample's case; its draft is the answer, the whole of it stands in the store.

    Args:
        arm: `panel`, or `single` for one model that answers alone.
        home: see `Site`, as the next.
        config: see above.
    """

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        case = Case.model_validate(state.metadata[CASE])
        drafted = await site(arm, home, config).rehearsal().draft(case, language=state.metadata["language"])
        text = export_markdown(drafted)
        state.store.set(CONSULTATION, drafted.model_dump(mode="json"))
        state.messages.append(ChatMessageAssistant(content=text))
        state.output = ModelOutput.from_content(model=str(state.model), content=text)
        state.output.usage = _usage(drafted)
        return state

    return solve


def _usage(drafted: Consultation) -> ModelUsage:
    """Tokens of all calls together, as the record has them."""
    usage = drafted.usage
    read, written = usage.input_tokens, usage.output_tokens
    return ModelUsage(input_tokens=read, output_tokens=written, total_tokens=read + written)
