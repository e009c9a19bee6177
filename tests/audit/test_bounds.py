"""What is written to keep the audit busy does not, and what is merely long is not taken for that."""

from __future__ import annotations

import time

import pytest

from skillpod.audit.run import run
from skillpod.model.bundle import Bundle
from skillpod.model.finding import Verdict

PATIENCE = 10.0  # seconds of processor time, for the slowest of them; most take milliseconds

BOMBS = {
    "names that double": "a0 = 'x'\n" + "".join(f"a{i} = a{i - 1} or a{i - 1}\n" for i in range(1, 200)),
    "names that double, from the end": "".join(f"a{i} = a{i - 1} or a{i - 1}\n" for i in range(199, 0, -1)) + "a0 = 'x'\n",
    "text that doubles": "a0 = 'x'\n" + "".join(f"a{i} = a{i - 1} + a{i - 1}\n" for i in range(1, 60)),
    "a cycle of names": "".join(f"a{i} = a{i * 7 % 40} or a{i * 3 % 40} or b\n" for i in range(40)),
    "a large cycle of names": "".join(f"a{i} = a{i * 7 % 200} or a{i * 3 % 200} or a{i * 5 % 200}\n" for i in range(200)),
    "a name bound very often": "".join(f"x = 'a{i}'\n" for i in range(5000)) + "y = x\n" * 1000,
    "two names in a long cycle": "x = y\ny = x\n" * 3000,
    "a shadow bound very often": "eval = 1\n" * 10_000 + "eval\n" * 10_000,
    "a class attribute bound very often": "class A:\n" + " x = 1\n" * 10_000 + " x\n" * 10_000,
    "open brackets in a format": "x = '" + "{" * 100_000 + "__a__'\n",
    "many format fields": "x = '" + "{a.__b__}" * 20_000 + "'\n",
    "underscores": "x = '" + "_" * 300_000 + "'\n",
    "nearly a path of dunders": "x = '" + "a.__b__[0]()" * 15 + "!'\n",
    "foreign letters": "x = '" + "é" * 100_000 + "'\n",
    "a long word beside foreign letters": "é = 1\n" + "a" * 900_000 + " = 1\n",
    "nearly off screen": ("#" + " " * 78 + "\n") * 12_000 + "# é\n",
    "tabs": ("\t" * 11 + "#é\n") * 60_000,
    "blanks": ("x = 1" + " " * 119 + "\n") * 3000,
    "nested lambdas": "x = " + "lambda: " * 150 + "1\n",
    "nested getattr": "import os\nx = " + "getattr(" * 80 + "os" + ", 'path')" * 80 + "\n",
    "annotations as text": "".join(f"x{i}: 'list[a.b]' = 1\n" for i in range(2000)),
    "a star of itself": "from handler import *\nfrom .handler import *\nx\n",
    "nested functions and loose names": "".join(" " * i + f"def f{i}():\n" for i in range(95)) + (" " * 95 + "zz\n") * 1000,
}


@pytest.mark.parametrize("source", BOMBS.values(), ids=BOMBS.keys())
def test_the_audit_answers_in_time_and_by_a_rule(source: str) -> None:
    started = time.process_time()
    report = run(Bundle.freeze({"handler.py": source.encode()}), None)
    assert time.process_time() - started < PATIENCE
    assert "AUD-001" not in {finding.rule for finding in report.findings}


CHANGES = ["x = x.replace('a', 'b')", "x = x.next", "x = x + 'b'", "x = re.sub('a', 'b', x)", "x = x if x else x", "x += 'b'", "x = f(x)"]


@pytest.mark.parametrize("line", CHANGES)
@pytest.mark.parametrize("times", [2, 20, 60, 300])
def test_a_name_that_is_given_a_new_value_again_and_again_is_ordinary(line: str, times: int) -> None:
    source = "import re\n\n\ndef f(x):\n    return x\n\n\nx = 'a'\n" + f"{line}\n" * times + "print(x)\n"
    assert run(Bundle.freeze({"handler.py": source.encode()}), None).verdict is Verdict.ALLOW


def test_a_long_pipeline_of_names_is_ordinary() -> None:
    source = "s0 = 'x'\n" + "".join(f"s{i} = s{i - 1}.strip()\n" for i in range(1, 300))
    assert run(Bundle.freeze({"handler.py": source.encode()}), None).verdict is Verdict.ALLOW


def test_a_module_is_followed_through_a_cycle_of_names() -> None:
    source = "import os\na = b = c = None\nwhile True:\n    a = b\n    b = c\n    c = os\n    a.system('id')\n"
    assert run(Bundle.freeze({"handler.py": source.encode()}), None).verdict is Verdict.DENY
