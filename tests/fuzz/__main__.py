"""``python -m tests.fuzz TARGET SECONDS``: atheris on one target, in an environment of its own (``make fuzz``).

What it learnt is kept beside that environment and built upon the next time; so is an input that broke something, in ``found``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris  # type: ignore[import-untyped]  # SAFE: only the fuzzer's own environment has it

with atheris.instrument_imports(include=["skillpod.sandbox"]):
    from tests.fuzz.targets import TARGETS, WORDS

_LONGEST = 8192
_SLOWEST_SECONDS = 5


def main(name: str, seconds: str) -> None:
    kept = Path(sys.prefix) / "corpus"
    corpus, found = kept / name, kept / "found"
    for folder in (corpus, found):
        folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(TARGETS[name].seeds):
        (corpus / f"seed-{number}").write_bytes(seed)
    words = kept / "words"
    words.write_text("".join(f'"{word}"\n' for word in WORDS))
    settings = [f"-max_total_time={seconds}", f"-max_len={_LONGEST}", f"-timeout={_SLOWEST_SECONDS}", f"-dict={words}"]
    atheris.Setup([sys.argv[0], str(corpus), *settings, f"-artifact_prefix={found}/{name}-"], TARGETS[name].attack)
    atheris.Fuzz()


main(*sys.argv[1:])
