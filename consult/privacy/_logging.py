"""Log records pass the gateway too."""

from __future__ import annotations

import logging

from consult.privacy._gateway import Gateway

_PLAIN = logging.Formatter()
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


class RedactingFilter(logging.Filter):
    """Redacts the message, the traceback and the extra texts of each record; drops none.

    Attach it to handlers rather than loggers: a logger's filter does not see what its children log.
    """

    def __init__(self, gateway: Gateway) -> None:
        super().__init__()
        self._gateway = gateway

    def filter(self, record: logging.LogRecord) -> bool:
        """Redact the record in place; always True."""
        try:
            message = record.getMessage()
        except (TypeError, ValueError, KeyError):  # arguments that do not fit: the text alone is still worth logging
            message = str(record.msg)
        record.msg, record.args = self._gateway.redact(message), None
        if record.exc_info:
            record.exc_text = record.exc_text or _PLAIN.formatException(record.exc_info)
            record.exc_info = None  # formatters would write the traceback anew, unredacted
        if record.exc_text:
            record.exc_text = self._gateway.redact(record.exc_text)
        if record.stack_info:
            record.stack_info = self._gateway.redact(record.stack_info)
        for name, value in vars(record).items():
            if name not in _STANDARD and isinstance(value, str):
                setattr(record, name, self._gateway.redact(value))
        return True
