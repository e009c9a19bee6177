"""A pod for the length of one command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from skillpod.blocking import Blocking
from skillpod.cli.options import Places
from skillpod.manager import SkillManager


@contextmanager
def embed(places: Places) -> Iterator[Blocking]:
    """Start a pod, let it look at every folder once, stop it at the end. Raises HomeLocked, PathUnusable and other Misconfigured."""
    with SkillManager.blocking(places.skills, home=places.home, policies=places.policies, policy=places.policy) as pod:
        yield pod
