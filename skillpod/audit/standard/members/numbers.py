"""Members of the modules that compute: numbers, dates, hashes, iterators."""

from __future__ import annotations

MEMBERS: dict[str, str] = {
    "array": "plain: array ArrayType typecodes",
    "audioop": """
        plain: add adpcm2lin alaw2lin avg avgpp bias byteswap cross error findfactor findfit findmax getsample lin2adpcm lin2alaw
            lin2lin lin2ulaw max maxpp minmax mul ratecv reverse rms tomono tostereo ulaw2lin
    """,
    "bisect": "plain: bisect bisect_left bisect_right insort insort_left insort_right",
    "cmath": """
        plain: acos acosh asin asinh atan atanh cos cosh e exp inf infj isclose isfinite isinf isnan log log10 nan nanj phase pi polar
            rect sin sinh sqrt tan tanh tau
    """,
    "colorsys": "plain: CONSTANTS hls_to_rgb hsv_to_rgb rgb_to_hls rgb_to_hsv rgb_to_yiq yiq_to_rgb",
    "datetime": "plain: date datetime datetime_CAPI MAXYEAR MINYEAR time timedelta timezone tzinfo UTC",
    "decimal": """
        plain: CONSTANTS BasicContext Clamped Context ConversionSyntax Decimal DecimalException DecimalTuple DefaultContext
            DivisionByZero DivisionImpossible DivisionUndefined ExtendedContext FloatOperation getcontext Inexact InvalidContext
            InvalidOperation localcontext Overflow Rounded setcontext Subnormal Underflow
    """,
    "errno": "plain: CONSTANTS errorcode",
    "fractions": "plain: Decimal Fraction",
    "graphlib": "plain: CycleError GenericAlias TopologicalSorter",
    "hashlib": """
        plain: algorithms_available algorithms_guaranteed blake2b blake2s file_digest md5 new pbkdf2_hmac scrypt sha1 sha224 sha256
            sha384 sha3_224 sha3_256 sha3_384 sha3_512 sha512 shake_128 shake_256
    """,
    "heapq": "plain: heapify heappop heappush heappushpop heapreplace merge nlargest nsmallest",
    "hmac": "plain: compare_digest digest digest_size HMAC new trans_36 trans_5C",
    "ipaddress": """
        plain: AddressValueError collapse_addresses get_mixed_type_key ip_address ip_interface ip_network IPv4Address IPv4Interface
            IPV4LENGTH IPv4Network IPv6Address IPv6Interface IPV6LENGTH IPv6Network NetmaskValueError summarize_address_range
            v4_int_to_packed v6_int_to_packed
    """,
    "itertools": """
        plain: accumulate batched chain combinations combinations_with_replacement compress count cycle dropwhile filterfalse groupby
            islice pairwise permutations product repeat starmap takewhile tee zip_longest
    """,
    "math": """
        plain: acos acosh asin asinh atan atan2 atanh cbrt ceil comb copysign cos cosh degrees dist e erf erfc exp exp2 expm1 fabs
            factorial floor fma fmod frexp fsum gamma gcd hypot inf isclose isfinite isinf isnan isqrt lcm ldexp lgamma log log10
            log1p log2 modf nan nextafter perm pi pow prod radians remainder sin sinh sqrt sumprod tan tanh tau trunc ulp
    """,
    "numbers": "plain: ABCMeta abstractmethod Complex Integral Number Rational Real",
    "operator": """
        plain: __abs__ abs __add__ add __and__ and_ attrgetter __call__ call __concat__ concat __contains__ contains countOf
            __delitem__ delitem __eq__ eq __floordiv__ floordiv __ge__ ge __getitem__ getitem __gt__ gt __iadd__ iadd __iand__ iand
            __iconcat__ iconcat __ifloordiv__ ifloordiv __ilshift__ ilshift __imatmul__ imatmul __imod__ imod __imul__ imul __index__
            index indexOf __inv__ inv __invert__ invert __ior__ ior __ipow__ ipow __irshift__ irshift is_ is_not __isub__ isub
            itemgetter __itruediv__ itruediv __ixor__ ixor __le__ le length_hint __lshift__ lshift __lt__ lt __matmul__ matmul
            methodcaller __mod__ mod __mul__ mul __ne__ ne __neg__ neg __not__ not_ __or__ or_ __pos__ pos __pow__ pow __rshift__
            rshift __setitem__ setitem __sub__ sub __truediv__ truediv truth __xor__ xor
    """,
    "random": """
        plain: CONSTANTS betavariate binomialvariate choice choices expovariate gammavariate gauss getrandbits getstate lognormvariate
            main normalvariate paretovariate randbytes randint Random random randrange sample seed setstate shuffle SystemRandom
            triangular uniform vonmisesvariate weibullvariate
    """,
    "secrets": "plain: choice compare_digest DEFAULT_ENTROPY randbelow randbits SystemRandom token_bytes token_hex token_urlsafe",
    "statistics": """
        plain: acos asin atan bisect_left bisect_right correlation cos cosh count Counter covariance Decimal defaultdict erf exp fabs
            fmean Fraction fsum geometric_mean groupby harmonic_mean hypot isfinite isinf itemgetter kde kde_random linear_regression
            LinearRegression log mean median median_grouped median_high median_low mode mul multimode namedtuple NormalDist pi pstdev
            pvariance quantiles reduce repeat sin sqrt StatisticsError stdev sumprod tan tau variance
    """,
    "uuid": """
        plain: CONSTANTS bytes_ Enum int_ NAMESPACE_DNS NAMESPACE_OID NAMESPACE_URL NAMESPACE_X500 SafeUUID UUID uuid3 uuid4 uuid5
        machine: getnode main uuid1
        programs: _get_command_stdout
    """,
}
