"""The commands about the packages that skills require: lock them, build them once, see what is there."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from skillpod.cli import render
from skillpod.cli.checkup import skill_folders
from skillpod.cli.options import DEFAULT_HOME, Folders, HomeDir, Json
from skillpod.cli.quantities import counted
from skillpod.errors import CommandInvalid, PackageUnusable, PathUnusable
from skillpod.home import Home
from skillpod.intake.snapshot import freeze
from skillpod.lifecycle.apart import helper
from skillpod.lifecycle.pipeline import Examiner
from skillpod.model.manifest import PackageAsk
from skillpod.sandbox.pip import Pip
from skillpod.serve.answers import Exit
from skillpod.store.packages import PackageStore, Stored
from skillpod.store.wheel import MAX_WHEEL, Wheel, digest_of, read_wheel

app = typer.Typer(rich_markup_mode=None, add_completion=False)
deps = typer.Typer(rich_markup_mode=None, add_completion=False, help="Packages that skills require: lock, build and list them.")
app.add_typer(deps, name="deps")

_VERSION = re.compile(r"3\.[0-9]{1,2}")

Names = Annotated[list[str], typer.Argument(metavar="NAME...", help="A package, as in `humanize` or `humanize==4.17.0`.")]
Pythons = Annotated[
    list[str] | None,
    typer.Option("--python", metavar="N.N", help="Also for this Python, on this platform; repeat it for others."),
]
Wheels = Annotated[
    Path | None,
    typer.Option("--wheels", metavar="FOLDER", help="Take the wheels from here, and nothing from an index.", show_default=False),
]


# --- lock --------------------------------------------------------------------------------------------------------------------------


@deps.command("lock")
def lock(names: Names, *, pythons: Pythons = None, json: Json = False) -> None:
    """Print what to write under `requires` of a manifest for these packages and all that they need, every wheel by its digest.

    Wheels are fetched by pip, read, and thrown away; nothing of them runs. Of a package that has a wheel for each platform, only those for
    this one are listed.
    """
    wanted = [_requirement(name) for name in names]
    versions = ["", *map(_python, pythons or ())]
    entries: dict[str, PackageAsk] = {}
    with render.working("fetching"):
        for python in versions:
            for wheel in _resolved(wanted, python):
                _add(entries, wheel)
    if not entries:
        raise CommandInvalid("none of these is needed by this Python on this platform", at="NAME", hint="see the condition after the `;`")
    locked = [entries[name] for name in sorted(entries)]
    if json:
        render.data({"packages": [ask.as_dict() for ask in locked]})
    else:
        render.raw(_block(locked))


def _requirement(text: str) -> str:
    try:
        asked = Requirement(text if text.isprintable() else "")  # a line of its own would be an option of pip
    except InvalidRequirement:
        raise CommandInvalid(f"`{text}` is no package", at="NAME", hint="as in humanize or humanize==4.17.0") from None
    if asked.url is not None:
        raise CommandInvalid(f"`{text}` is taken from a URL", at="NAME", hint="name a package of an index")
    return str(asked)


def _python(text: str) -> str:
    if not _VERSION.fullmatch(text):
        raise CommandInvalid(f"`{text}` is no version of Python", at="--python", hint="as in 3.13")
    return text


def _resolved(wanted: Sequence[str], python: str) -> Iterator[Wheel]:
    with tempfile.TemporaryDirectory(prefix="skillpod-lock-") as folder:
        Pip().resolve(wanted, Path(folder), python=python)
        for file in sorted(Path(folder).iterdir()):
            yield read_wheel(_bytes(file), file=file.name)


def _add(entries: dict[str, PackageAsk], wheel: Wheel) -> None:
    before = entries.get(wheel.name)
    if before is not None and before.version != wheel.version:
        why = f"{wheel.name} is {before.version} for one Python and {wheel.version} for another"
        raise PackageUnusable(why, at=wheel.name, hint=f"name the version that both can use, as in {wheel.name}=={before.version}")
    entries[wheel.name] = PackageAsk(
        name=wheel.name,
        version=wheel.version,
        hashes=tuple(sorted({wheel.digest, *(before.hashes if before else ())})),
        imports=tuple(module for module in wheel.modules if not module.startswith("_")),
        is_native=bool(wheel.native) or (before is not None and before.is_native),
    )


def _block(locked: Iterable[PackageAsk]) -> str:
    """YAML in the order people read it in; every value in it is a word, a number in quotes or a digest."""
    lines = ["requires:", "  packages:"]
    for ask in locked:
        lines += [f"    - name: {ask.name}", f'      version: "{ask.version}"']
        if ask.imports != (ask.name.replace("-", "_"),):
            lines.append(f"      imports: [{', '.join(ask.imports)}]")
        if ask.is_native:
            lines.append("      native: true")
        lines += ["      hashes:", *(f"        - {digest}" for digest in ask.hashes)]
    return "\n".join(lines) + "\n"


# --- build -------------------------------------------------------------------------------------------------------------------------


@deps.command("build")
def build(folders: Folders, *, wheels: Wheels = None, home: HomeDir = DEFAULT_HOME, json: Json = False) -> None:
    """Unpack every wheel that these skills lock into the pod's store, once. What is there is not fetched again; a running pod notices.

    A wheel is taken from --wheels, or from the index that pip is set to, and only with a digest the lock names. Nothing of it runs, here or
    there: no source distribution is taken, and no build step.
    """
    store = _store(home)
    asked = _locked(skill_folders(folders))
    missing = [ask for ask in asked if not store.has(ask)]
    with render.working("building"):
        built = _built(store, missing, wheels) if missing else []
    if json:
        render.data({"built": built, "there": len(asked) - len(missing)})
        return
    for name in built:
        render.line(("built ", "green"), (name, "bold"))
    there = len(asked) - len(missing)
    if there or not asked:
        render.note(f"{counted(there, 'package')} built before" if asked else "no package is locked there")


def _built(store: PackageStore, missing: Sequence[PackageAsk], wheels: Path | None) -> list[str]:
    with tempfile.TemporaryDirectory(prefix="skillpod-deps-") as fetched:
        if wheels is None:
            Pip().fetch([_line(ask) for ask in missing], Path(fetched))
        folder = _ByDigest(wheels or Path(fetched))
        built = []
        for ask in missing:
            file, content = folder.find(ask)
            store.build(ask, content, file=file)
            built.append(f"{ask.name} {ask.version}")
        return built


def _line(ask: PackageAsk) -> str:
    return " ".join((f"{ask.name}=={ask.version}", *(f"--hash={digest}" for digest in ask.hashes)))


class _ByDigest:
    """The wheels of a folder; a name is only where to look, the bytes decide."""

    def __init__(self, folder: Path) -> None:
        try:
            self._files = sorted(file for file in folder.iterdir() if file.suffix == ".whl" and file.is_file())  # and no pipe
        except OSError as error:
            raise PathUnusable(f"the wheels can't be read: {error.strerror}", at=str(folder), hint="name a folder of .whl files") from error
        self._folder = folder

    def find(self, ask: PackageAsk) -> tuple[str, bytes]:
        """Raises PackageUnusable."""
        others = []
        for file in self._files:
            if _named(file.name) != ask.name:
                continue
            content = _bytes(file)
            if digest_of(content) in ask.hashes:
                return file.name, content
            others.append(f"{file.name} ({digest_of(content)})")
        has = f"; it has {', '.join(others)}" if others else ""
        why = f"{self._folder} has no wheel of {ask.name} {ask.version} with a digest the lock names{has}"
        raise PackageUnusable(why, at=str(self._folder), hint=f"put it there, or lock it anew: `skillpod deps lock {ask.name}`")


def _named(file: str) -> str:
    try:
        return parse_wheel_filename(file)[0]
    except InvalidWheelFilename:
        return ""


def _bytes(file: Path) -> bytes:
    """At most one more than a wheel may have."""
    try:
        with open(file, "rb") as opened:
            return opened.read(MAX_WHEEL + 1)
    except OSError as error:
        raise PathUnusable(f"it can't be read: {error.strerror}", at=str(file), hint="see that this user may read it") from error


def _locked(folders: Iterable[Path]) -> dict[PackageAsk, None]:
    """What the manifests lock, each once; bytes of strangers are read apart, as always. Raises ManifestInvalid."""
    asked: dict[PackageAsk, None] = {}
    with closing(helper()) as worker:
        examiner = Examiner(worker)
        for folder in folders:
            survey = examiner.survey(freeze(folder), folder=Path(os.path.abspath(folder)).name)
            manifest = survey.manifest or survey.require()
            asked |= dict.fromkeys(manifest.requires.packages)
    return asked


# --- what is there -----------------------------------------------------------------------------------------------------------------


@deps.command("list")
def built(*, home: HomeDir = DEFAULT_HOME, json: Json = False) -> None:
    """Every package in the pod's store."""
    found = _store(home).all()
    if json:
        render.data({"packages": [stored.as_dict() for stored in found]})
    elif found:
        render.table(("package", "version", "code", "digest"), map(_row, found))
    else:
        render.note("no package was built there")


def _row(stored: Stored) -> tuple[str, ...]:
    package = stored.package
    code = f"machine code in {counted(len(package.native), 'file')}" if package.native else "Python"
    return package.name, package.version, f"{code}; {stored.misfit}" if stored.misfit else code, package.digest


@deps.command("verify")
def verify(*, home: HomeDir = DEFAULT_HOME, json: Json = False) -> None:
    """Read every byte of every package again, and compare it with what was unpacked. Exit code 1 when one differs."""
    store = _store(home)
    faults = {stored: store.fault(stored) for stored in store.all()}
    if json:
        render.data({"packages": [{**stored.as_dict(), "fault": fault} for stored, fault in faults.items()]})
    for stored, fault in faults.items() if not json else ():
        what = (f"was changed: {fault}", "bold red") if fault else ("is as it was built", "green")
        render.line((f"{stored.package.name} {stored.package.version}", "bold"), " ", what)
    if any(faults.values()):
        raise typer.Exit(Exit.REFUSED)


@deps.command("prune")
def prune(folders: Folders, *, home: HomeDir = DEFAULT_HOME, json: Json = False) -> None:
    """Remove every package that none of these skills locks. Guests that run keep theirs; a later start without one fails and says so."""
    store = _store(home)
    gone = store.prune(frozenset(digest for ask in _locked(skill_folders(folders)) for digest in ask.hashes))
    if json:
        render.data({"removed": [stored.as_dict() for stored in gone]})
        return
    for stored in gone:
        render.line(("removed ", "yellow"), (f"{stored.package.name} {stored.package.version}", "bold"))
    if not gone:
        render.note("every package there is locked by one of these skills")


def _store(home: Path) -> PackageStore:
    place = Home(home.absolute())
    place.prepare()
    return PackageStore(place.packages)
