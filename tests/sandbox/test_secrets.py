"""The pod's secrets: each source, what is wrong with it, and that a value that was rotated is there at once."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from skillpod.errors import SecretUnusable
from skillpod.model.secret import LARGEST, Kept, SecretSource
from skillpod.sandbox import secrets
from skillpod.sandbox.secrets import Secrets

VALUE = "hunter2-of-the-tests"


def of(source: SecretSource, **others: SecretSource) -> Secrets:
    return Secrets(lambda: {"TOKEN": source, **others})


def value(kept: Secrets, name: str = "TOKEN") -> str:
    return asyncio.run(kept.read(name)).reveal()


def fault(kept: Secrets) -> SecretUnusable:
    with pytest.raises(SecretUnusable) as refused:
        value(kept)
    assert refused.value.at == "pod.yaml:secrets.TOKEN"
    assert VALUE not in str(refused.value) + refused.value.hint
    return refused.value


def command(*argv: str, keep: float = 60.0) -> SecretSource:
    return SecretSource(kept=Kept.COMMAND, place=argv, keep=keep)


def program(text: str, keep: float = 60.0) -> SecretSource:
    return command(sys.executable, "-c", text, keep=keep)


def file(path: Path) -> SecretSource:
    return SecretSource(kept=Kept.FILE, place=(str(path),))


# --- each source -----------------------------------------------------------------------------------------------------------------


def test_a_variable_of_the_pods_own(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = of(SecretSource(kept=Kept.ENVIRONMENT, place=("POD_TOKEN",)))
    assert "the pod was started without it" in fault(kept).message
    monkeypatch.setenv("POD_TOKEN", VALUE)
    assert value(kept) == VALUE


def test_a_file_is_read_anew_each_time(tmp_path: Path) -> None:
    path = tmp_path / "token"
    kept = of(file(path))
    assert "No such file" in fault(kept).message
    path.write_text(f"{VALUE}\n")
    assert value(kept) == VALUE
    os.replace(_written(tmp_path / "new", "another"), path)
    assert value(kept) == "another"


def test_a_file_behind_a_link_is_followed_as_orchestrators_mount_them(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(_written(tmp_path / "token", VALUE))
    assert value(of(file(tmp_path / "link"))) == VALUE


def test_a_pipe_or_a_directory_is_no_source_and_nothing_waits_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "not a plain file" in fault(of(file(tmp_path / "pipe"))).message
    assert "not a plain file" in fault(of(file(tmp_path))).message


def test_a_command_says_it_without_the_pods_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POD_TOKEN", "must not be there")
    assert value(of(program(f"import os, sys; print('POD_TOKEN' in os.environ or {VALUE!r}); print('noise', file=sys.stderr)"))) == VALUE


def test_what_a_command_said_is_kept_for_as_long_as_it_says(tmp_path: Path) -> None:
    counted = tmp_path / "count"
    text = f"""
import pathlib
count = pathlib.Path({str(counted)!r})
count.write_text((count.read_text() if count.exists() else "") + ".")
print(count.read_text())
"""
    kept = of(program(text), ANEW=program(text, keep=0.0))

    async def read_often() -> list[str]:
        several = await asyncio.gather(*(kept.read("TOKEN") for _ in range(5)))
        return [secret.reveal() for secret in (*several, await kept.read("ANEW"), await kept.read("ANEW"))]

    assert asyncio.run(read_often()) == ["."] * 5 + ["..", "..."]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"import sys; print({VALUE!r}); sys.exit(3)", "ended with status 3"),
        ("", "it is empty"),
        (f"print('x' * {LARGEST + 1})", "larger than 64 KiB"),
        ("import itertools\nfor _ in itertools.count(): print('x' * 1000)", "larger than 64 KiB"),
        (f"print({VALUE!r} + chr(0))", "a NUL"),
        (rf"import sys; sys.stdout.buffer.write({VALUE!r}.encode() + b'\xff')", "not UTF-8"),
    ],
)
def test_what_is_no_secret_is_refused_in_words_that_do_not_say_it(text: str, why: str) -> None:
    refused = fault(of(program(text)))
    assert why in refused.message
    assert f"the command {sys.executable}" in refused.message
    assert text not in refused.message or not text


def test_a_command_that_is_not_there_or_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "can't be run" in fault(of(command("/nonexistent/vault"))).message
    monkeypatch.setattr(secrets, "_SECONDS", 0.2)
    assert "took longer than 0.2 s" in fault(of(program("import time; time.sleep(60)"))).message


@pytest.mark.parametrize(("written", "read"), [("a\n", "a"), ("a\r\n", "a"), ("a\n\n", "a\n"), (" a ", " a ")])
def test_one_line_break_at_its_end_is_an_editors(tmp_path: Path, written: str, read: str) -> None:
    (tmp_path / "token").write_bytes(written.encode())
    assert value(of(file(tmp_path / "token"))) == read


def test_the_largest_value_is_taken_with_its_line_break(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("x" * LARGEST + "\n")
    assert value(of(file(tmp_path / "token"))) == "x" * LARGEST
    assert value(of(program(f"print('x' * {LARGEST})"))) == "x" * LARGEST


# --- the keyring -----------------------------------------------------------------------------------------------------------------


class Drawer(KeyringBackend):
    """A keyring in memory, of the keyring package's own kind."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # SAFE: the package has no types here
        self.held: dict[tuple[str, str], str] = {}
        self.is_locked = False
        self.is_broken = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.is_locked:
            raise KeyringLocked("it asks for " + VALUE)
        if self.is_broken:
            raise AttributeError("no bus for " + VALUE)
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.held[service, username]


@pytest.fixture
def drawer() -> Iterator[Drawer]:
    before, one = keyring.get_keyring(), Drawer()
    keyring.set_keyring(one)
    yield one
    keyring.set_keyring(before)


def test_the_keyring_of_this_user(drawer: Drawer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "_PAUSE", 0.0)
    kept = of(SecretSource(kept=Kept.KEYRING, place=("advisories", "pod"), keep=0.0))
    refused = fault(kept)
    assert "nothing is kept there" in refused.message
    assert refused.hint == "put it there: keyring set advisories pod"
    keyring.set_password("advisories", "pod", VALUE)
    assert value(kept) == VALUE
    drawer.is_locked = True
    assert "KeyringLocked" in fault(kept).message
    drawer.is_locked, drawer.is_broken = False, True
    assert "it does not give it: AttributeError" in fault(kept).message
    assert VALUE not in fault(kept).message


def test_without_the_package_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    refused = fault(of(SecretSource(kept=Kept.KEYRING, place=("advisories", "pod"))))
    assert "the package keyring is not installed" in refused.message
    assert refused.hint == "pip install 'skillpod[keyring]'"


# --- what is told ----------------------------------------------------------------------------------------------------------------


def test_trouble_is_told_once_until_it_is_over(tmp_path: Path) -> None:
    told: list[str] = []
    source = file(tmp_path / "token")
    kept = Secrets(lambda: {"TOKEN": source}, trouble=told.append)
    fault(kept)
    fault(kept)
    (tmp_path / "token").write_text(VALUE)
    value(kept)
    (tmp_path / "token").unlink()
    fault(kept)
    why = f"pod.yaml:secrets.TOKEN: the secret `TOKEN` can't be had from the file {tmp_path / 'token'}: No such file or directory"
    assert told == [why, why]


def test_every_secret_without_a_source_is_named() -> None:
    with pytest.raises(SecretUnusable) as refused:
        of(command("vault")).require({"TOKEN", "OTHER", "THIRD"})
    assert [reason.at for reason in refused.value.reasons] == ["pod.yaml:secrets.OTHER", "pod.yaml:secrets.THIRD"]
    of(command("vault")).require({"TOKEN"})


def _written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path
