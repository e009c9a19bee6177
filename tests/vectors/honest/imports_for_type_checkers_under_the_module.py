# expect: none
import typing as t

if t.TYPE_CHECKING:
    import ssl
    from _typeshed import SupportsRead
else:
    SupportsRead = object


def read(source: "SupportsRead", context: "ssl.SSLContext | None" = None) -> str:
    return source.read()
