"""Version order of find_vulnerability, against the examples of the two specifications and against `packaging`."""

from __future__ import annotations

import random

import pytest
from packaging.version import InvalidVersion, Version

from tests.skills.shipped import module

versions = module("find_vulnerability", "versions")

SEMVER_ORDER = [  # semver.org, section 11
    "0.0.1",
    "1.0.0-0",
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
    "1.0.1",
    "1.2.0",
    "1.10.0",
    "2.0.0",
]


def test_semver_sorts_as_the_specification_says() -> None:
    shuffled = SEMVER_ORDER[:]
    random.Random(1).shuffle(shuffled)
    assert sorted(shuffled, key=versions.semver_key) == SEMVER_ORDER


def test_semver_build_metadata_does_not_count() -> None:
    assert versions.semver_key("1.0.0+one") == versions.semver_key("v1.0.0+two")


@pytest.mark.parametrize(
    "text", ["", "1", "1.2", "^1.2.3", "1.2.3.4", "01.2.3", "1.2.3-", "1.2.3-01", "latest", "1.2.3-a..b", "1.2.3\n", "1" * 200]
)
def test_what_is_no_exact_npm_version_is_refused(text: str) -> None:
    with pytest.raises(versions.VersionUnreadable, match="npm"):
        versions.semver_key(text)


PEP440 = [
    *[
        "1.0",
        "1.0.0",
        "1",
        "1.0.dev1",
        "1.0.dev2",
        "1.0a1.dev1",
        "1.0a1",
        "1.0a2",
        "1.0b1",
        "1.0rc1",
        "1.0c2",
        "1.0.post1.dev1",
        "1.0.post1",
    ],
    *["1.0-1", "1.0+local", "1.0+local.1", "1.0+1", "1.0+a", "1.0+10", "1.0+1.a", "1!0.1", "2013.1", "1.1", "1.10", "v1.2", "1.0-ALPHA.1"],
    *["1.0.post", "1.0dev", "1.0a", "1.0_b_2", "1.0rev3", "1.0a1.post1", "0.9.999", "1.0+local.1.2"],
]


def test_pep_440_sorts_as_packaging_does() -> None:
    for first in PEP440:
        for second in PEP440:
            ours = (versions.pep440_key(first) > versions.pep440_key(second)) - (versions.pep440_key(first) < versions.pep440_key(second))
            theirs = (Version(first) > Version(second)) - (Version(first) < Version(second))
            assert ours == theirs, (first, second)


def test_random_pep_440_versions_sort_as_packaging_does() -> None:
    chance = random.Random(7)
    made = [_random_version(chance) for _ in range(300)]
    assert sorted(made, key=versions.pep440_key) == sorted(made, key=Version)


def _random_version(chance: random.Random) -> str:
    release = ".".join(str(chance.randrange(3)) for _ in range(chance.randrange(1, 4)))
    pre = chance.choice(["", "", "a1", "b2", "rc1", "a0"])
    post = chance.choice(["", "", ".post1", ".post0"])
    dev = chance.choice(["", "", ".dev0", ".dev3"])
    local = chance.choice(["", "", "+a", "+1", "+a.1"])
    return chance.choice(["", "1!"]) + release + pre + post + dev + local


@pytest.mark.parametrize("text", ["", "latest", ">=1.0", "1.0.*", "1..0", "1.0+", "1.0+local_", "1 0", "a1.0", "1" * 200])
def test_what_is_no_exact_pypi_version_is_refused(text: str) -> None:
    with pytest.raises(versions.VersionUnreadable, match="PyPI"):
        versions.pep440_key(text)
    if len(text) < 100:
        with pytest.raises(InvalidVersion):
            Version(text)


def test_a_range_has_its_start_and_not_its_end() -> None:
    assert versions.is_within("1.0.0", "1.0.0", "2.0.0", "npm")
    assert not versions.is_within("2.0.0", "1.0.0", "2.0.0", "npm")
    assert versions.is_within("2.0.0-rc.1", "1.0.0", "2.0.0", "npm")
    assert versions.is_within("99.0.0", "1.0.0", None, "npm")
    assert not versions.is_within("0.9.0", "1.0.0", None, "npm")
