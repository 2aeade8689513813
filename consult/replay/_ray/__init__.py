"""Pairs worked on by a Ray cluster (extra `ray`), which is imported when one is asked for."""

from consult.replay._ray.executor import OnRay

__all__ = ["OnRay"]
