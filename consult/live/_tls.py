"""Encrypted connections, from the certificate files of the settings."""

from __future__ import annotations

import ssl

from consult.errors import SettingsError
from consult.settings import ListenTls, ReplyTls


def listening(files: ListenTls | None) -> ssl.SSLContext | None:
    """What the listener shows, and whom it lets in; null: in clear.

    Raises:
        SettingsError: a file cannot be used.
    """
    if files is None:
        return None
    try:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(files.certificate, files.key)
        if files.clients is not None:
            context.load_verify_locations(files.clients)
            context.verify_mode = ssl.CERT_REQUIRED
    except OSError:
        raise SettingsError("settings: listen.tls: a certificate or key file cannot be used") from None
    return context


def sending(files: ReplyTls | None) -> ssl.SSLContext | None:
    """What the receiver of signed plans must show; null: in clear.

    Raises:
        SettingsError: a file cannot be used.
    """
    if files is None:
        return None
    try:
        context = ssl.create_default_context(cafile=files.authorities)
        if files.certificate is not None:
            context.load_cert_chain(files.certificate, files.key)
    except OSError:
        raise SettingsError("settings: listen.reply.tls: a certificate or key file cannot be used") from None
    return context
