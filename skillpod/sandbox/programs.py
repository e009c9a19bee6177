"""Programs on the host: which files may be bound to a name, and what a name leads to now.

A path is resolved once, when a skill is decided on; what lies there later must be the file that was found then.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator, Mapping

from skillpod.errors import ProgramUnusable, SkillpodError
from skillpod.model.capability import Access
from skillpod.model.provision import Program, ProgramBinding
from skillpod.model.volume import Binding
from skillpod.sandbox.volumes import Places, touches

_OWNERS_TO_TRUST = 0  # root; and the pod's own user, who can do nothing here that the pod can't
_ANOTHER = "bind another file, one that belongs to root or to the pod's user and that nobody else may change"


def resolve(
    asked: Collection[str], bindings: Mapping[str, ProgramBinding], places: Places, volumes: Mapping[str, Binding]
) -> tuple[Program, ...]:
    """What each program is now, by name. ``volumes`` are all that are bound: what a skill may write to is no program. Raises
    ProgramUnusable with every reason."""
    programs: list[Program] = []
    faults: list[SkillpodError] = []
    for name in sorted(asked):
        try:
            programs.append(_resolved(name, bindings, places, volumes))
        except ProgramUnusable as fault:
            faults.append(fault)
    if len(faults) == 1:
        raise faults[0]
    if faults:
        raise ProgramUnusable(f"{len(faults)} programs can't be had: {faults[0].message}", hint=faults[0].hint, reasons=faults)
    return tuple(programs)


def binding_faults(binding: ProgramBinding, places: Places, volumes: Mapping[str, Binding]) -> Iterator[tuple[str, str]]:
    """What can't be bound, whatever lies there by now: which key of the binding, and why, each in words."""
    path = os.path.realpath(binding.path)
    if fault := places.fault_of_a_file(path) or _fault_of_writers(path, volumes):
        yield "path", f"{binding.path} may not be a program: {fault}"
    for read in binding.reads:
        real = os.path.realpath(read)
        if fault := places.fault(real, Access.READ) or _fault_of_writers(real, volumes):
            yield "reads", f"a program may not read {read}: {fault}"


def unusable(name: str, detail: str, remedy: str) -> ProgramUnusable:
    return ProgramUnusable(f"the program `{name}`: {detail}", at=_place(name), hint=remedy)


def _resolved(name: str, bindings: Mapping[str, ProgramBinding], places: Places, volumes: Mapping[str, Binding]) -> Program:
    binding = bindings.get(name)
    if binding is None:
        hint = f"write into HOME/pod.yaml: programs: {{{name}: {{path: /usr/bin/{name}}}}}"
        raise ProgramUnusable(f"the program `{name}` is not bound", at=_place(name), hint=hint)
    fault = next(binding_faults(binding, places, volumes), None)
    if fault is not None:
        raise unusable(name, fault[1], "bind a program of the system, and the files it needs and no others")
    path = os.path.realpath(binding.path)
    found = _looked_at(name, path)
    if why := _fault_of_mode(found):
        raise unusable(name, f"{path}: {why}", _ANOTHER)
    return Program(
        name=name,
        path=path,
        device=found.st_dev,
        inode=found.st_ino,
        reads=tuple(_real(name, read) for read in binding.reads),
        links=tuple(dict.fromkeys(link for written in (binding.path, *binding.reads) for link in _links(written))),
        environment=binding.environment,
    )


def _looked_at(name: str, path: str) -> os.stat_result:
    try:
        return os.stat(path, follow_symlinks=False)
    except OSError as error:
        hint = "install it, or bind another; it is tried again by itself"
        raise unusable(name, f"{path}: {error.strerror}", hint) from error


def _real(name: str, read: str) -> str:
    real = os.path.realpath(read)
    found = _looked_at(name, real)
    if not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)):
        raise unusable(name, f"{real}, which it is to read, is no file or directory", "name files and directories only")
    if stat.S_ISREG(found.st_mode) and found.st_mode & (stat.S_ISUID | stat.S_ISGID):
        raise unusable(name, f"{real}, which it is to read, {_RUNS_AS_ANOTHER}", _ANOTHER)
    return real


def _links(written: str) -> Iterator[tuple[str, str]]:
    """From the place that a path names, where that is a link: /bin/sh to /usr/bin/dash, at /usr/bin/sh."""
    place = os.path.join(os.path.realpath(os.path.dirname(written.rstrip("/"))), os.path.basename(written.rstrip("/")))
    if place != os.path.realpath(written):
        yield place, os.path.realpath(written)


_RUNS_AS_ANOTHER = "runs as its owner or group (setuid, setgid), and what does that is written to be started by its own user"


def _fault_of_mode(found: os.stat_result) -> str:
    mode, user = found.st_mode, os.geteuid()
    if not stat.S_ISREG(mode):
        return "it is no regular file"
    if mode & (stat.S_ISUID | stat.S_ISGID):
        return f"it {_RUNS_AS_ANOTHER}"
    if mode & (stat.S_IWGRP | stat.S_IWOTH):
        return "its group or everyone may change it"
    if found.st_uid not in (_OWNERS_TO_TRUST, user):
        return f"user {found.st_uid}, whose it is, may change it"
    wanted = stat.S_IROTH | stat.S_IXOTH if user == 0 or found.st_uid != user else stat.S_IRUSR | stat.S_IXUSR
    if mode & wanted != wanted:
        return "whom it is started as may not read or start it: give everyone both (chmod o+rx)"
    return ""


def _fault_of_writers(path: str, volumes: Mapping[str, Binding]) -> str:
    for name, volume in sorted(volumes.items()):
        if volume.access is Access.WRITE and touches(path, os.path.realpath(volume.path)):
            return f"skills may write to the volume `{name}`, {volume.path}"
    return ""


def _place(name: str) -> str:
    return f"pod.yaml:programs.{name}"
