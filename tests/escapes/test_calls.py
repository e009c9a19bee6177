"""The filter's own table, walked through call by call in front of the kernel that runs."""

from __future__ import annotations

import errno
import inspect

from tests.escapes import inside
from tests.escapes.skill import refused
from tests.support.jail import run_in_jail

NO = (errno.EPERM, errno.ENOSYS, errno.EOPNOTSUPP)


def test_every_call_the_table_refuses_is_refused() -> None:
    """With senseless arguments: the filter answers before the kernel looks at them. A sensible one could do harm were it to go through."""
    source = f"""{inspect.getsource(inside)}
NUMBERS = {refused()!r}
result = []
for name in NUMBERS:
    try:
        system_call(name, *[-1] * 6)
    except OSError as error:
        if error.errno in {NO}:
            continue
    result.append(name)
"""
    answer = run_in_jail(source)
    assert (answer.error, answer.value) == ("", [])
