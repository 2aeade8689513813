"""What a home keeps on the disk: files that only their owner may read, and encryption of what is in them.

Names are imported when first used: a home without encryption needs no cryptography.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from consult.storage._files import close_tree, open_files, private_file, private_folder, write_once
    from consult.storage._keys import MasterKey, new_key
    from consult.storage._vault import PURPOSES, Bound, Purpose, Sealer, Vault, kid_of

_HOME = {
    "Bound": "_vault",
    "PURPOSES": "_vault",
    "MasterKey": "_keys",
    "Purpose": "_vault",
    "Sealer": "_vault",
    "Vault": "_vault",
    "close_tree": "_files",
    "kid_of": "_vault",
    "new_key": "_keys",
    "open_files": "_files",
    "private_file": "_files",
    "private_folder": "_files",
    "write_once": "_files",
}

__all__ = [
    "PURPOSES",
    "Bound",
    "MasterKey",
    "Purpose",
    "Sealer",
    "Vault",
    "close_tree",
    "kid_of",
    "new_key",
    "open_files",
    "private_file",
    "private_folder",
    "write_once",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'consult.storage' has no attribute {name!r}")
    value = getattr(import_module(f"consult.storage.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
