"""The import allowlist: of each standard module the public names that are offered, behind an object that holds nothing else.

A module object is never handed out, and neither is what leads to one. What a skill gets is the named function or class itself; the guards
refuse the attributes that lead out of those, and every write to them.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import chain
from types import MappingProxyType, ModuleType
from typing import Any

from skillpod import sdk
from skillpod.sandbox.module import stand_ins

_OFFERED: Mapping[str, str] = {
    "abc": "ABC",
    "array": "array",
    "asyncio": "CancelledError Event Lock Queue Semaphore TimeoutError create_task gather sleep timeout wait_for",
    "base64": "b16decode b16encode b32decode b32encode b64decode b64encode b85decode b85encode standard_b64decode standard_b64encode "
    "urlsafe_b64decode urlsafe_b64encode",
    "binascii": "Error a2b_base64 a2b_hex b2a_base64 b2a_hex crc32 hexlify unhexlify",
    "bisect": "bisect bisect_left bisect_right insort insort_left insort_right",
    "calendar": "isleap leapdays monthrange timegm weekday",
    "cmath": "cos exp isclose isfinite isinf isnan log log10 phase pi polar rect sin sqrt tan",
    "collections": "ChainMap Counter OrderedDict defaultdict deque namedtuple",
    "collections.abc": "AsyncGenerator AsyncIterable AsyncIterator Awaitable Callable Collection Container Coroutine Generator Hashable "
    "ItemsView Iterable Iterator KeysView Mapping MutableMapping MutableSequence MutableSet Reversible Sequence Set Sized ValuesView",
    "colorsys": "hls_to_rgb hsv_to_rgb rgb_to_hls rgb_to_hsv rgb_to_yiq yiq_to_rgb",
    "contextlib": "ExitStack asynccontextmanager closing contextmanager nullcontext suppress",
    "copy": "copy replace",
    "csv": "DictReader DictWriter Error QUOTE_ALL QUOTE_MINIMAL QUOTE_NONE QUOTE_NONNUMERIC reader writer",
    "dataclasses": "FrozenInstanceError InitVar KW_ONLY MISSING asdict astuple field fields is_dataclass replace",
    "datetime": "MAXYEAR MINYEAR UTC date datetime time timedelta timezone tzinfo",
    "decimal": "Clamped Context Decimal DecimalException DivisionByZero FloatOperation Inexact InvalidOperation Overflow ROUND_05UP "
    "ROUND_CEILING ROUND_DOWN ROUND_FLOOR ROUND_HALF_DOWN ROUND_HALF_EVEN ROUND_HALF_UP ROUND_UP Rounded Subnormal Underflow localcontext",
    "difflib": "Differ SequenceMatcher context_diff get_close_matches ndiff restore unified_diff",
    "enum": "auto unique",
    "fractions": "Fraction",
    "functools": "cache cached_property cmp_to_key lru_cache partial reduce",
    "graphlib": "CycleError TopologicalSorter",
    "hashlib": "blake2b blake2s md5 sha1 sha224 sha256 sha384 sha3_224 sha3_256 sha3_384 sha3_512 sha512",
    "heapq": "heapify heappop heappush heappushpop heapreplace merge nlargest nsmallest",
    "hmac": "compare_digest digest new",
    "html": "escape unescape",
    "io": "BytesIO StringIO",
    "ipaddress": "AddressValueError IPv4Address IPv4Interface IPv4Network IPv6Address IPv6Interface IPv6Network NetmaskValueError "
    "collapse_addresses ip_address ip_interface ip_network summarize_address_range",
    "itertools": "accumulate batched chain combinations combinations_with_replacement compress count cycle dropwhile filterfalse groupby "
    "islice pairwise permutations product repeat starmap takewhile tee zip_longest",
    "json": "JSONDecodeError dumps loads",
    "keyword": "iskeyword issoftkeyword",
    "math": "acos acosh asin asinh atan atan2 atanh cbrt ceil comb copysign cos cosh degrees dist e erf erfc exp exp2 expm1 fabs factorial "
    "floor fmod frexp fsum gamma gcd hypot inf isclose isfinite isinf isnan isqrt lcm ldexp lgamma log log10 log1p log2 modf nan nextafter "
    "perm pi pow prod radians remainder sin sinh sqrt tan tanh tau trunc ulp",
    "operator": "add and_ concat contains countOf eq floordiv ge gt index indexOf inv invert itemgetter le lt mod mul ne neg not_ or_ pos "
    "pow sub truediv truth xor",
    "quopri": "decodestring encodestring",
    "random": "Random",
    "re": "A ASCII DOTALL I IGNORECASE M MULTILINE Match Pattern RegexFlag S U UNICODE VERBOSE X compile error escape findall finditer "
    "fullmatch match search split sub subn",
    "shlex": "join quote split",
    "statistics": "NormalDist StatisticsError correlation covariance fmean geometric_mean harmonic_mean linear_regression mean median "
    "median_grouped median_high median_low mode multimode pstdev pvariance quantiles stdev variance",
    "string": "ascii_letters ascii_lowercase ascii_uppercase capwords digits hexdigits octdigits printable punctuation whitespace",
    "struct": "Struct calcsize error pack unpack unpack_from",
    "textwrap": "dedent fill indent shorten wrap",
    "time": "altzone gmtime localtime mktime monotonic monotonic_ns perf_counter perf_counter_ns strftime strptime time time_ns timezone",
    "types": "MappingProxyType",
    "typing": "Annotated Any AnyStr Callable ClassVar Final Generic Iterable Iterator Literal Mapping Never NewType NoReturn NotRequired "
    "Optional ParamSpec Protocol Required Self Sequence TypeAlias TypeGuard TypeVar Union cast",
    "unicodedata": "bidirectional category combining decimal decomposition digit east_asian_width is_normalized lookup mirrored name "
    "normalize numeric unidata_version",
    "urllib.parse": "ParseResult SplitResult parse_qs parse_qsl quote quote_plus unquote unquote_plus urlencode urljoin urlparse urlsplit "
    "urlunparse urlunsplit",
    "uuid": "NAMESPACE_DNS NAMESPACE_OID NAMESPACE_URL NAMESPACE_X500 UUID uuid3 uuid4 uuid5",
    "zlib": "adler32 compress crc32 decompress error",
    "zoneinfo": "ZoneInfo ZoneInfoNotFoundError",
}
"""By module: names it is asked for. Some versions of Python lack a few, which are then not offered.

Not here: what opens files or sockets, starts anything, or looks at the interpreter; and of the modules that are here, what takes names
of attributes as data (``operator.attrgetter``, ``string.Formatter``, ``functools.update_wrapper``) or keeps what it is given for the whole
process (``typing.overload``, ``csv.register_dialect``)."""

_OWN: Mapping[str, Mapping[str, Any]] = {
    "abc": {"abstractmethod": stand_ins.abstractmethod},
    "copy": {"deepcopy": stand_ins.deepcopy},
    "dataclasses": {"dataclass": stand_ins.dataclass},
    "enum": stand_ins.ENUMS,
    "functools": {"wraps": stand_ins.wraps},
    "textwrap": {"TextWrapper": stand_ins.TextWrapper},
    "types": {"SimpleNamespace": stand_ins.Namespace},
    "time": {"sleep": stand_ins.sleep},
    "typing": {
        "TypedDict": stand_ins.TYPED_DICT,
        "NamedTuple": stand_ins.NAMED_TUPLE,
        "TYPE_CHECKING": False,
        "overload": stand_ins.overload,
        "final": stand_ins.unchanged,
        "runtime_checkable": stand_ins.runtime_checkable,
    },
}
"""What stands in for functions of those modules that can't be handed out as they are."""


class Facade:
    """The names that are offered of one module, and nothing else: no ``__name__``, by which ``from`` would find the module itself, and no
    name of its own that ``from`` could ask for."""

    __slots__ = ("_offered_",)

    def __init__(self, offered: Mapping[str, Any]) -> None:
        object.__setattr__(self, "_offered_", MappingProxyType(dict(offered)))

    def __getattr__(self, name: str) -> Any:
        try:
            return self._offered_[name]
        except KeyError:
            raise AttributeError(f"{name!r} is not offered to module isolation") from None

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("what is imported can't be changed")

    def __delattr__(self, name: str) -> None:
        raise AttributeError("what is imported can't be changed")


def names_of(facade: Facade) -> frozenset[str]:
    """What it offers, the facades of modules below it left out."""
    return frozenset(name for name, value in facade._offered_.items() if not isinstance(value, Facade))


def offered() -> Iterator[tuple[str, frozenset[str]]]:
    """Each module that can be imported, with the names it has here, sorted by module."""
    for module in sorted({*_OFFERED, "skillpod"}):
        facade = Facades().find(module)
        yield module, names_of(facade) if facade else frozenset()


class Facades:
    """The facades of one guest. ``random``'s own functions are of a generator that only this guest draws from."""

    def __init__(self) -> None:
        self._random: Facade | None = None

    def find(self, module: str) -> Facade | None:
        """None for a module that is not offered."""
        if module != "random":
            return _facade(module)
        if self._random is None:
            self._random = _own_random()
        return self._random


def is_offered(module: str, name: str = "") -> bool:
    """Whether a module, and a name of it, can be imported."""
    facade = Facades().find(module)
    return facade is not None and (not name or name in facade._offered_)


@cache
def _facade(module: str) -> Facade | None:
    """None for a module that is not offered. Kept for the process: it holds nothing of any skill's."""
    if module == "skillpod":
        return Facade({**_named("skillpod.sdk", " ".join(sdk.__all__)), "tool": stand_ins.tool})
    inside = {child.rpartition(".")[2]: child for child in _OFFERED if child.rpartition(".")[0] == module}
    if module not in _OFFERED and not inside:
        return None
    below = {name: _facade(child) for name, child in inside.items()}
    return Facade({**_named(module, _OFFERED.get(module, "")), **_OWN.get(module, {}), **below})


def _named(module: str, names: str) -> dict[str, Any]:
    real = importlib.import_module(module)
    found = {name: getattr(real, name) for name in names.split() if hasattr(real, name)}
    return {name: value for name, value in found.items() if not isinstance(value, ModuleType)}


def caches() -> Iterator[Callable[[], None]]:
    """What empties the tables that the modules offered here keep of what they were asked for."""
    yield importlib.import_module("struct")._clearcache
    for module in [sys.modules[name] for name in _OFFERED if name in sys.modules]:
        kinds = [value for value in vars(module).values() if isinstance(value, type) and value.__module__ == module.__name__]
        for value in chain(vars(module).values(), *(vars(kind).values() for kind in kinds)):
            function = value.fget if isinstance(value, property) else value
            if isinstance(function, type(_facade)):
                yield function.cache_clear


_DRAWS = (
    "betavariate choice choices expovariate gauss getrandbits normalvariate randbytes randint random randrange sample seed shuffle "
    "triangular uniform"
)


def _own_random() -> Facade:
    """The host draws from the module's own generator, and a skill that sets its seed would make that predictable."""
    from random import Random  # SAFE: here, so that reading this table does not load it

    own = Random()  # noqa: S311  # SAFE: what `random` is for; secrets are not made with it
    return Facade({"Random": Random, **{name: getattr(own, name) for name in _DRAWS.split()}})
