# expect: none
from types import TracebackType


class Timer:
    def __enter__(self):
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        return None
