"""Questions about a consultation, answered with citations.

```python
chat = Chat(panel, "C-1f2e", who="Dr Meier")
async for piece in chat.ask("what if haemoglobin were 70 g/L?"):
    ...  # Text, Cited, Proposed, Refused; the last one is Done
chat.transcript
```
"""

from consult.chat._chat import Chat, OnPiece
from consult.chat._model import (
    Cited,
    Decided,
    Done,
    Exchange,
    Kind,
    Move,
    Piece,
    Proposal,
    Proposed,
    ProposedFact,
    Refused,
    Revised,
    Sentence,
    Supposed,
    Text,
)

__all__ = [
    "Chat",
    "Cited",
    "Decided",
    "Done",
    "Exchange",
    "Kind",
    "Move",
    "OnPiece",
    "Piece",
    "Proposal",
    "Proposed",
    "ProposedFact",
    "Refused",
    "Revised",
    "Sentence",
    "Supposed",
    "Text",
]
