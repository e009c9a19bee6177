"""Checkpoints kept in a file and in the system's log, on a real disk and a real socket, and read back from there."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

import pytest

from skillpod.errors import DocumentInvalid, PathUnusable
from skillpod.journal.copies import append, line, read_copies, send
from skillpod.journal.key import generate
from skillpod.journal.tree.note import COSIGNATURE, Signature, VerifierKey
from tests.journal.sealing import SmallLog

LOG = SmallLog(8)
KEY = LOG.key.verifier
OTHER = SmallLog(3, origin="skillpod/another")
WITNESS = Signature("witness.example/w1", VerifierKey("witness.example/w1", COSIGNATURE, bytes(32)).id, bytes(72))


def test_checkpoints_stand_one_after_another_and_are_read_in_that_order(tmp_path: Path) -> None:
    file = tmp_path / "copies"
    for size in (1, 4, 7):
        append(str(file), LOG.sealed(size))
    copied = read_copies(file.read_bytes(), KEY, at="copies")
    assert copied.checkpoints == (LOG.sealed(1), LOG.sealed(4), LOG.sealed(7))
    assert (copied.broken, copied.others) == (0, 0)
    assert file.read_text() == "".join(str(LOG.sealed(size)) for size in (1, 4, 7))
    assert stat.S_IMODE(file.stat().st_mode) & ~0o640 == 0


WHOLE = len(str(LOG.sealed(4)).encode())


@pytest.mark.parametrize("kept", range(1, WHOLE))
def test_one_that_a_full_disk_cut_off_anywhere_takes_no_other_with_it(tmp_path: Path, kept: int) -> None:
    file = tmp_path / "copies"
    append(str(file), LOG.sealed(1))
    with file.open("ab") as cut:
        cut.write(str(LOG.sealed(4)).encode()[:kept])
    append(str(file), LOG.sealed(7))
    found = read_copies(file.read_bytes(), KEY, at="copies").checkpoints
    assert [found[0], found[-1]] == [LOG.sealed(1), LOG.sealed(7)]
    assert [copy.checkpoint.size for copy in found] in ([1, 7], [1, 4, 7])  # without its newline alone it is whole again


def test_what_full_disks_and_other_logs_left_is_counted(tmp_path: Path) -> None:
    text = str(LOG.sealed(2)).replace("\n2\n", "\n3\n") + str(OTHER.sealed(3)) + str(LOG.sealed(5))
    copied = read_copies(text.encode(), KEY, at="copies")
    assert copied.checkpoints == (LOG.sealed(5),)
    assert (copied.broken, copied.others) == (1, 1)


@pytest.mark.parametrize("text", ["", "nothing\n", str(OTHER.sealed(3)), str(SmallLog(4, key=generate(KEY.name)).sealed(4))])
def test_a_file_without_a_checkpoint_of_this_log_is_refused(text: str) -> None:
    with pytest.raises(DocumentInvalid, match="no checkpoint of the log skillpod/pod-1 is here"):
        read_copies(text.encode(), KEY, at="copies")


def test_neither_a_link_nor_another_name_of_a_file_is_written_through(tmp_path: Path) -> None:
    victim = tmp_path / "passwd"
    victim.write_text("root:x:0:0\n")
    link, name = tmp_path / "link", tmp_path / "name"
    link.symlink_to(victim)
    with pytest.raises(OSError, match="symbolic links"):
        append(str(link), LOG.sealed(1))
    name.hardlink_to(victim)
    with pytest.raises(PathUnusable, match="several names"):
        append(str(name), LOG.sealed(1))
    assert victim.read_text() == "root:x:0:0\n"


def test_what_is_no_plain_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(PathUnusable, match="not a plain file"):
        append(str(tmp_path / "pipe"), LOG.sealed(1))
    with pytest.raises(IsADirectoryError):
        append(str(tmp_path), LOG.sealed(1))
    with pytest.raises(FileNotFoundError):
        append(str(tmp_path / "gone" / "copies"), LOG.sealed(1))


def test_the_system_s_log_gets_one_line_that_is_the_whole_checkpoint_again(tmp_path: Path) -> None:
    address = str(tmp_path / "log")
    cosigned = LOG.sealed(7).with_signatures([WITNESS])
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(address)
        listening.settimeout(10)
        send(cosigned, address=address)
        said = listening.recv(8192)
    assert said.startswith(b"<29>skillpod[%d]: checkpoint skillpod/pod-1 7 " % os.getpid())
    assert b"\n" not in said
    assert said.isascii()
    assert len(said) < 1024, "RFC 3164 section 4.1: a longer one may be cut"
    journal = b"Nov 21 04:40:00 host " + said.partition(b">")[2] + b"\nNov 21 04:40:01 host sshd[1]: Accepted checkpoint\n"
    assert read_copies(journal, KEY, at="messages").checkpoints == (cosigned,)
    assert read_copies(line(cosigned).encode(), KEY, at="journalctl -o cat").checkpoints == (cosigned,)


def test_a_line_of_the_system_s_log_that_was_changed_counts_for_nothing() -> None:
    said = line(LOG.sealed(7)).replace(" 7 ", " 6 ")
    with pytest.raises(DocumentInvalid, match="1 that are not as they were signed"):
        read_copies(said.encode(), KEY, at="messages")


def test_a_machine_without_a_system_s_log_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        send(LOG.sealed(1), address=str(tmp_path / "log"))
