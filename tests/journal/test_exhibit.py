"""Verifying a log that is being written, and what is asked of a span of it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from skillpod import logverify
from skillpod.errors import JournalCorrupt
from skillpod.journal.check import check
from skillpod.journal.exhibit import exhibit, hold, lines
from skillpod.journal.signed import read_log_key
from tests.journal.writing import called, fill, opened, segments


def test_a_log_that_is_written_meanwhile_is_good_at_every_moment(tmp_path: Path) -> None:
    fill(tmp_path / "journal", 20)
    sizes = asyncio.run(_sizes_while_it_grows(tmp_path / "journal"))
    assert sizes == sorted(sizes)
    assert sizes[-1] > sizes[0]


async def _sizes_while_it_grows(journal: Path) -> list[int]:
    async with opened(journal, segment_bytes=20_000) as writer:
        looking = asyncio.get_running_loop().run_in_executor(None, lambda: [_verified(journal) for _ in range(5)])
        number = 0
        while not looking.done():
            for _ in range(50):
                number += 1
                writer.note(called(number))
            await writer.record(called(number))
        return await looking


def _verified(journal: Path) -> int:
    """The size of a log that both verifiers find good, whole, in a span and in one entry."""
    directory = os.open(journal, os.O_RDONLY)
    try:
        key = read_log_key(directory)
        assert key is not None
        found = check(directory, key).tree.size
        exhibit(directory, 1, key)
        size = hold(directory, 1, 1, key).checkpoint.size
        hold(directory, max(1, size - 20), size, key)
    finally:
        os.close(directory)
    command = [sys.executable, "-I", logverify.__file__, str(journal), "--key", str(key)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return found


def test_a_segment_that_has_no_line_yet_hides_none_of_the_others(tmp_path: Path) -> None:
    fill(tmp_path / "journal", 20)
    (tmp_path / "journal" / "000002.jsonl").touch()
    directory = os.open(tmp_path / "journal", os.O_RDONLY)
    try:
        assert [seq for seq, _ in lines(directory, 1, 21)] == list(range(1, 22))
    finally:
        os.close(directory)


def test_the_lines_of_a_span_are_found_in_whatever_segment_they_are(tmp_path: Path) -> None:
    fill(tmp_path, 60, segment_bytes=2000)
    whole = b"".join(segment.read_bytes() for segment in segments(tmp_path)).splitlines(keepends=True)
    directory = os.open(tmp_path, os.O_RDONLY)
    try:
        for first in range(1, 64):
            for last in (first, first + 1, first + 25, 63, 99):
                assert [line for _, line in lines(directory, first, last)] == whole[first - 1 : last]
    finally:
        os.close(directory)


def test_a_segment_whose_first_line_lies_about_its_number_is_found_out(tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    fill(journal, 60, segment_bytes=2000)
    segment = segments(journal)[1]
    number = segment.read_bytes().partition(b'"seq":')[2].partition(b",")[0]
    segment.write_bytes(segment.read_bytes().replace(b'"seq":' + number, b'"seq":%d' % (int(number) + 1), 1))
    directory = os.open(journal, os.O_RDONLY)
    try:
        key = read_log_key(directory)
        assert key is not None
        with pytest.raises(JournalCorrupt):
            hold(directory, int(number) - 2, int(number) + 4, key)
        with pytest.raises(JournalCorrupt):
            exhibit(directory, int(number) + 1, key)
    finally:
        os.close(directory)
