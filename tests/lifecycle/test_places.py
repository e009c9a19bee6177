"""From where an error says it is to a line and a column."""

from __future__ import annotations

import pytest

from skillpod.lifecycle.places import Place, find, source_line

FILES = {
    "manifest.yaml": b"name: demo\nlimits:\n  wall: 10s\ntests:\n  - {tool: x}\n  - tool: y\n    arguments: {a: 1}\n",
    "handler.py": b"import os\n\xff\n",
    "broken.yaml": b"a: [\n",
}


@pytest.mark.parametrize(
    ("at", "place"),
    [
        ("handler.py:3:7", Place("handler.py", 3, 7)),
        ("handler.py:3", Place("handler.py", 3, 1)),
        ("handler.py", Place("handler.py")),
        ("manifest.yaml:name", Place("manifest.yaml", 1, 1, "name")),
        ("manifest.yaml:limits.wall", Place("manifest.yaml", 3, 3, "limits.wall")),
        ("manifest.yaml:limits.wal", Place("manifest.yaml", 2, 1, "limits.wal")),
        ("manifest.yaml:tests[1].arguments.a", Place("manifest.yaml", 7, 17, "tests[1].arguments.a")),
        ("manifest.yaml:tests[7]", Place("manifest.yaml", 4, 1, "tests[7]")),
        ("manifest.yaml:author", Place("manifest.yaml", path="author")),
        ("broken.yaml:a", Place("broken.yaml", path="a")),
        ("elsewhere.yaml:a.b", Place("elsewhere.yaml", path="a.b")),
        ("", Place("")),
    ],
)
def test_a_place_is_found(at: str, place: Place) -> None:
    assert find(at, FILES) == place


def test_the_line_of_a_place_is_shown_whatever_bytes_it_has() -> None:
    assert source_line(FILES, Place("handler.py", 1, 1)) == "import os"
    assert source_line(FILES, Place("handler.py", 2, 1)) == "\ufffd"
    assert source_line(FILES, Place("handler.py", 9, 1)) == ""
    assert source_line(FILES, Place("handler.py")) == ""
    assert source_line(FILES, Place("nowhere.py", 1, 1)) == ""
