"""Content at the command line: texts are printed, the rest is named, or written where it is wanted and nothing is lost by it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from skillpod.cli.content import Attachment, parts, save
from skillpod.errors import PathUnusable
from tests.cli.conftest import CommandLine, Served

PIXEL = Attachment(name="image-2.png", type="image/png", data=b"\x89PNG")


def test_texts_and_attachments_come_in_order_each_under_a_plain_name() -> None:
    blocks: list[dict[str, Any]] = [
        {"type": "text", "text": "look"},
        {"type": "image", "data": "iVBORw==", "mimeType": "image/png"},
        {"type": "resource", "resource": {"uri": "result:///a%20b.csv", "mimeType": "text/csv", "text": "é"}},
        {"type": "resource", "resource": {"uri": "result:///x.bin", "mimeType": "application/x-odd", "blob": "AAE="}},
    ]
    assert list(parts(blocks)) == [
        "look",
        PIXEL,
        Attachment(name="a b.csv", type="text/csv", data="é".encode()),
        Attachment(name="x.bin", type="application/x-odd", data=b"\x00\x01"),
    ]


def test_what_is_saved_never_writes_over_a_file_nor_through_a_link(tmp_path: Path) -> None:
    assert save(PIXEL, tmp_path / "new").read_bytes() == b"\x89PNG"
    (tmp_path / "link").mkdir()
    (tmp_path / "link" / PIXEL.name).symlink_to(tmp_path / "elsewhere")
    for folder in ("new", "link"):
        with pytest.raises(PathUnusable, match="of this name already"):
            save(PIXEL, tmp_path / folder)
    assert not (tmp_path / "elsewhere").exists()


def test_a_folder_that_can_not_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PathUnusable, match="can't be saved"):
        save(PIXEL, tmp_path / "file" / "inside")


def test_a_call_prints_its_texts_and_says_what_else_there_is(cli: CommandLine, served: Served) -> None:
    told = cli("call", "alpha__draw")
    assert told.out == "a picture\nimage-2.png (image/png, 4 B)\n"
    assert "--save DIR" in told.err
    assert cli("call", "alpha__draw", "--json").json()[1]["mimeType"] == "image/png"


def test_a_call_saves_what_is_no_text_and_says_where(cli: CommandLine, served: Served, tmp_path: Path) -> None:
    told = cli("call", "alpha__draw", "--save", str(tmp_path / "out"))
    assert told.out == f"a picture\n{tmp_path / 'out' / 'image-2.png'}\n"
    assert (tmp_path / "out" / "image-2.png").read_bytes() == b"\x89PNG"
    assert cli("call", "alpha__draw", "--save", str(tmp_path / "out")).code == 3
