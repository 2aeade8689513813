"""The connection to a Ray cluster: the one that `RAY_ADDRESS` names, else one of this machine alone."""

from __future__ import annotations

import logging
import os
import secrets
import shutil
import signal
import socket
import tempfile
import threading
from pathlib import Path
from typing import Any

from consult.errors import ConsultationError, MissingExtra, UsageError

ADDRESS = "RAY_ADDRESS"
_INLINE = 10 * 2**20
"""Bytes up to which a frame travels in the call itself, on a cluster of our own: nothing is put into the store of
objects, which is shared memory and would spill to disk."""
_STORE = 128 * 2**20
"""Bytes of that store."""
_CONNECT = 10.0
"""Seconds in which its address has to answer."""
_SHORT = 40
"""Characters of a temporary folder, at most: below it stand sockets, whose paths the system allows 107."""
_WAITING = 100_000
"""Calls that may wait at the keeper of limits."""


class Session:
    """Starts actors; ends what it started, and no more."""

    def __init__(self, folder: Path | None, *, joined: bool) -> None:
        """Use `open`."""
        self._folder = folder
        self._joined = joined
        self._level = logging.getLogger("ray").level
        self._terminated = signal.getsignal(signal.SIGTERM)

    @classmethod
    def open(cls, processors: int) -> Session:
        """Join the cluster that `RAY_ADDRESS` names, or start one on this machine with so many processors.

        A cluster is joined only by its name, never because there happens to be one: cases of patients go there.

        Raises:
            MissingExtra: Ray is not installed.
            UsageError: the address is that of a proxy for clients.
            ConsultationError: the cluster cannot be reached or started.
        """
        ray = _ray()
        if ray.is_initialized():  # by the program that embeds us, and for it to end
            return cls(None, joined=True)
        address = os.environ.get(ADDRESS, "")
        if address.startswith("ray://"):
            raise UsageError(f"{ADDRESS} names a proxy (ray://): run the replay on a machine of the cluster itself")
        if address and address != "auto":
            _reach(address)
        session = cls(None if address else _folder(), joined=False)
        logging.getLogger("ray").setLevel(logging.ERROR)
        try:
            session._connect(ray, address, processors)
        except Exception as error:  # whatever Ray raises here, it is the cluster that is not there
            session.close()
            what = "cannot be reached" if address else "cannot be started"
            raise ConsultationError(f"the Ray cluster {what}: {_first_line(error)}") from None
        return session

    def _connect(self, ray: Any, address: str, processors: int) -> None:
        quiet: dict[str, Any] = {"log_to_driver": False, "configure_logging": False}
        try:
            if address:
                ray.init(address=address, **quiet)
            else:
                self._start(ray, processors, quiet)
        finally:
            # Ray's own handler prints stacks and aborts, and leaves its processes to themselves
            usual = self._terminated in {signal.SIG_DFL, None}
            _handle_termination(signal.default_int_handler if usual else self._terminated)

    def _start(self, ray: Any, processors: int, quiet: dict[str, Any]) -> None:
        os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))  # else one is left in the home of the user
        ray.init(
            address="local",
            num_cpus=processors,
            include_dashboard=False,
            object_store_memory=_STORE,
            _temp_dir=str(self._folder),
            _system_config={"max_direct_call_object_size": _INLINE, "task_events_report_interval_ms": 0},
            **quiet,
        )

    @property
    def processors(self) -> int:
        """Of the cluster, as it is now."""
        return int(_ray().cluster_resources().get("CPU", 1)) or 1

    def worker(self, kind: type, *arguments: Any, at_once: int) -> Any:
        """An actor that computes, wherever a processor is free; it is not restarted by Ray."""
        return _ray().remote(kind).options(num_cpus=1, max_concurrency=at_once).remote(*arguments)

    def keeper(self, kind: type) -> Any:
        """An actor beside this process that others wait at; what gives back must not wait behind what asks."""
        ray = _ray()
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=True)
        options = {"num_cpus": 0, "max_restarts": -1, "max_task_retries": -1, "max_concurrency": _WAITING}
        return ray.remote(kind).options(scheduling_strategy=here, **options).remote()

    def end(self, actor: Any) -> None:
        """Kill an actor; one that is dead already stays so."""
        _ray().kill(actor, no_restart=True)

    def close(self) -> None:
        """Leave the cluster; one of our own ends, and its folder goes."""
        if self._joined:
            return
        _ray().shutdown()
        logging.getLogger("ray").setLevel(self._level)
        _handle_termination(self._terminated)
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


def _handle_termination(handler: Any) -> None:
    if threading.current_thread() is threading.main_thread() and handler is not None:
        signal.signal(signal.SIGTERM, handler)


def _ray() -> Any:
    try:
        import ray
    except ImportError:
        raise MissingExtra("ray", "replaying on a cluster") from None
    return ray


def _reach(address: str) -> None:
    """Ray itself tries for minutes, and complains all the while."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=_CONNECT).close()
    except (OSError, ValueError, OverflowError):
        raise ConsultationError(f"the Ray cluster cannot be reached: nobody answers at {ADDRESS}") from None


def _first_line(error: Exception) -> str:
    """What Ray says of itself and of addresses: it knows no case yet."""
    return next(iter(str(error).splitlines()), "")[:200] or type(error).__name__


def _folder() -> Path:
    usual = tempfile.gettempdir()
    return Path(tempfile.mkdtemp(prefix="consult-ray-", dir=usual if len(usual) <= _SHORT - 20 else "/tmp"))
