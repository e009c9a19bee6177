"""Import code from a volume, which no audit has read. This keeps a mistake from happening, and no attacker out: code is data, too."""

from pathlib import Path
from typing import Any

from skillpod.errors import SkillpodError
from skillpod.ports import Guests
from tests.escapes.host import Host
from tests.support.guests import launch
from tests.support.jailed import jailed, value
from tests.support.volumes import volume

STOPPED_BY = ("the guest's own import, until the skill changes it",)
HANDLER = """
    import sys
    from skillpod import Context, tool

    @tool
    def imports(ctx: Context, has_changed_it: bool) -> str:
        sys.path.insert(0, str(ctx.volume("data")))
        if has_changed_it:
            del sys.path_hooks[0]
            sys.path_importer_cache.clear()
        try:
            import planted
        except ModuleNotFoundError:
            return "no such module"
        return planted.word
"""


def in_the_jail(folder: Path) -> None:
    assert _imported(has_changed_it=False) == "no such module"


def without_the_wall(folder: Path) -> None:
    assert _imported(has_changed_it=True) == "hunter2"


def _imported(*, has_changed_it: bool) -> Any:
    async def act(guests: Guests, deaths: list[SkillpodError], _: Any) -> Any:
        return await value(guests, "imports", has_changed_it=has_changed_it)

    with Host() as host:
        return jailed(launch(HANDLER, volumes=(volume(host.volumes["data"]),)), act)
