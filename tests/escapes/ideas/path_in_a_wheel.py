"""Write outside of the store by the name of a file in a wheel."""

from pathlib import Path

import pytest

from skillpod.errors import PackageUnusable
from skillpod.model.manifest import PackageAsk
from skillpod.store import wheel as reading
from skillpod.store.packages import PackageStore
from skillpod.store.wheel import digest_of
from tests.support.wheels import wheel

STOPPED_BY = ("every name in a wheel is looked at before anything is written",)
_EVIL = wheel("words", {"words.py": "", "../../../../pod.yaml": "alert: {command: [evil]}\n"})
_ASK = PackageAsk(name="words", version="1.0.0", hashes=(digest_of(_EVIL),), imports=("words",))


def in_the_jail(folder: Path) -> None:
    with pytest.raises(PackageUnusable, match="leads out of its directory"):
        _build(folder)
    assert not (folder / "pod.yaml").exists()


def without_the_wall(folder: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "_fault_of", lambda name: "")
        with pytest.raises(PackageUnusable):  # it is not whole, for one file of it lies elsewhere
            _build(folder)
    assert "evil" in (folder / "pod.yaml").read_text()


def _build(folder: Path) -> None:
    PackageStore(folder / "home" / "packages").build(_ASK, _EVIL, file="words.whl")
