"""pip, where wheels are fetched from an index: a program of the operator's, in a process of its own, that is let download and nothing else.

A source distribution is never taken: building one would run its code. ``--only-binary`` says so of what an index has, and not of what a
wheel requires by URL; so pip may start no process, without which it builds nothing. What comes is checked by whoever unpacks it.
Source: PEP 578.
"""

from __future__ import annotations

import importlib.util
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from skillpod.errors import PackageMissing, PackageUnusable

TIMEOUT = 900.0
"""Seconds for all wheels of one lock."""

_PASSED_ON = frozenset(
    {"PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "NETRC", "SSL_CERT_FILE", "SSL_CERT_DIR"}
    | {"REQUESTS_CA_BUNDLE", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"}
)
_SETTINGS = "PIP_"
_FAULT = re.compile(r"^(?:ERROR: (?!Exception:$)|OSError: )(.*)$", re.MULTILINE)
_UNREACHED = "after connection broken by"
_MOST_WORDS = 600

_ALONE = """
import runpy, sys

BARRED = {"os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system", "pty.spawn", "subprocess.Popen"}

def bar(event, arguments):
    if event in BARRED:
        raise OSError("skillpod takes wheels only, and pip may start nothing: a package wants to be built, or fetched by git")

sys.addaudithook(bar)
runpy.run_module("pip", run_name="__main__", alter_sys=True)
"""


class Pip:
    """The one beside skillpod. ``environment`` has its settings: which index, by which certificates and proxies."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._environment = {name: value for name, value in environment.items() if name.upper() in _PASSED_ON or name.startswith(_SETTINGS)}

    def resolve(self, wanted: Sequence[str], folder: Path, *, python: str = "") -> None:
        """Wheels of these requirements, and of all they need, into ``folder``; for another Python (``3.13``), on this platform.

        Raises PackageUnusable, PackageMissing.
        """
        self._download(wanted, folder, [f"--python-version={python}"] if python else [])

    def fetch(self, wanted: Sequence[str], folder: Path) -> None:
        """Wheels of exactly these: each a line ``name==version --hash=sha256:...``. Raises PackageUnusable, PackageMissing."""
        self._download(wanted, folder, ["--no-deps", "--require-hashes"])

    def _download(self, lines: Sequence[str], folder: Path, options: Sequence[str]) -> None:
        if importlib.util.find_spec("pip") is None:
            hint = "`python -m ensurepip`, or give the wheels themselves with --wheels FOLDER"
            raise PackageMissing("pip is not installed beside skillpod, and wheels are fetched by it", at="pip", hint=hint)
        with tempfile.NamedTemporaryFile("w", prefix="skillpod-", suffix=".txt", encoding="utf-8") as wanted:
            wanted.write("".join(f"{line}\n" for line in lines))
            wanted.flush()
            only = ["--only-binary=:all:", "--no-input", "--disable-pip-version-check", "--no-color", "--quiet", "--progress-bar=off"]
            argv = [sys.executable, "-c", _ALONE, "download", *only, *options, f"--dest={folder}", f"--requirement={wanted.name}"]
            status, said = self._run(argv)
        if status:
            words = "; ".join(_FAULT.findall(said)) or said.strip() or f"exit status {status}"
            if _UNREACHED in said:
                words = f"the index can't be reached; {words}"
            hint = "see which index pip takes (`pip config list`), or give the wheels themselves with --wheels FOLDER"
            raise PackageUnusable(f"pip did not fetch them: {words[:_MOST_WORDS]}", at="pip", hint=hint)

    def _run(self, argv: Sequence[str]) -> tuple[int, str]:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=self._environment,
            cwd="/",  # a pip.conf or a module of the directory one happens to be in is nobody's wish
            start_new_session=True,
        )
        try:
            _, said = process.communicate(timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            return -signal.SIGKILL, f"it did not end within {TIMEOUT:g} s"
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        return process.returncode, said.decode("utf-8", "replace")
