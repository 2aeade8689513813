"""What the tables of `consult.toml` have in common: the base class, and values that several of them hold."""

from __future__ import annotations

from decimal import Decimal
from ipaddress import ip_address, ip_network
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

_PRIVATE = tuple(ip_network(net) for net in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"))
KEYS = ("api_key", "apikey", "token", "authorization")
"""Names under which people write a secret into a configuration."""


class Table(BaseModel):
    """A table of `consult.toml`: unknown keys are refused; no error repeats what was written, as it may be a secret."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def zone(value: str) -> str:
    """`value`, when it names a time zone."""
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"unknown time zone {value!r}") from None
    return value


def address(value: str) -> str:
    """`value` without a trailing slash, when it is the address of a service and holds no secret."""
    try:
        parts = urlsplit(value)
        usable = parts.scheme in {"http", "https"} and parts.hostname is not None and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise ValueError("must be an address such as http://127.0.0.1:8000/v1")
    if "@" in parts.netloc:
        raise ValueError("a user name or password does not belong in an address; use api_key_env or api_key_file")
    if parts.query or parts.fragment:
        raise ValueError("an address takes no query and no fragment; use api_key_env or api_key_file for a key")
    return value.rstrip("/")


def within_house(value: str) -> bool:
    """Whether a case may be sent to this address: encrypted, or without leaving the machine or a private network."""
    parts = urlsplit(value)
    host = parts.hostname or ""
    if parts.scheme == "https" or host == "localhost":
        return True
    try:
        there = ip_address(host)
    except ValueError:
        return False  # where another name leads is for others to say
    return there.is_loopback or any(there in network for network in _PRIVATE)


def refuse_keys(table: Any) -> Any:
    """`table`, unless it holds a secret."""
    if isinstance(table, dict):
        for name in table:
            if isinstance(name, str) and name.lower().replace("-", "_") in KEYS:
                raise ValueError(
                    f"{name}: a key does not belong in the configuration; name the environment variable that holds it "
                    "with api_key_env, or its file with api_key_file"
                )
    return table


def variable(value: str) -> str:
    """`value`, when it can be the name of an environment variable; a pasted key mostly cannot."""
    if not value.isascii() or not value.isidentifier():
        raise ValueError("must be the name of an environment variable, not the key itself")
    return value


Zone = Annotated[str, AfterValidator(zone)]
Address = Annotated[str, AfterValidator(address)]
Variable = Annotated[str, AfterValidator(variable)]
Amount = Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=8)]
"""An amount of money; pydantic reads the TOML number by its digits, never as a binary fraction."""
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
"""ISO 4217 code."""
