"""Members that Python 3.11 to 3.13 do not have: code that runs on others as well names them, and falls back where they are not there.

Those of Python 3.10 and before, of other interpreters and of programs with a Python of their own are not there in a guest, so that they
reach nothing; those of Python 3.14 and after were read like the rest.
"""

from __future__ import annotations

BEFORE: dict[str, str] = {
    "asyncio": "plain: async coroutine",
    "asyncio.coroutines": "plain: coroutine",
    "base64": "plain: decodestring encodestring",
    "binascii": "plain: a2b_hqx b2a_hqx rlecode_hqx rledecode_hqx",
    "cgi": "plain: escape parse_qs parse_qsl",
    "collections": """
        plain: AsyncGenerator AsyncIterable AsyncIterator Awaitable ByteString Callable Collection Container Coroutine Generator
            Hashable ItemsView Iterable Iterator KeysView Mapping MappingView MutableMapping MutableSequence MutableSet Reversible
            Sequence Set Sized ValuesView
    """,
    "contextlib": "plain: nested",
    "fractions": "plain: gcd",
    "gettext": "plain: bind_textdomain_codeset ldgettext ldngettext lgettext lngettext",
    "hashlib": "plain: algorithms",
    "inspect": "plain: ArgSpec formatargspec getargspec getmoduleinfo",
    "itertools": "plain: ifilter ifilterfalse imap izip izip_longest",
    "operator": "plain: div isCallable isMappingType isNumberType isSequenceType",
    "os": """
        plain: getcwdu stat_float_times
        programs: popen2 popen3 popen4
        files: tempnam tmpfile tmpnam
    """,
    "platform": """
        plain: dist linux_distribution
        programs: popen
    """,
    "plistlib": """
        plain: Data Plist readPlistFromBytes readPlistFromString writePlistToBytes writePlistToString
        files: readPlist writePlist
    """,
    "string": """
        plain: atof atoi atol capitalize center count expandtabs find index join joinfields letters ljust lower lowercase lstrip
            maketrans replace rfind rindex rjust rsplit rstrip split splitfields strip swapcase translate upper uppercase zfill
    """,
    "sys": """
        plain: exc_clear exc_type frozen getcheckinterval long_info maxint _MEIPASS py3kwarning pypy_translation_info
            pypy_version_info real_prefix setdefaultencoding subversion
        hooks: callstats exitfunc get_coroutine_wrapper set_coroutine_wrapper setcheckinterval
    """,
    "tarfile": "plain: filemode",
    "time": "plain: accept2dyear clock",
    "types": """
        plain: BooleanType BufferType ClassType ComplexType DictionaryType DictProxyType DictType FileType FloatType InstanceType
            IntType ListType LongType ObjectType SliceType StringType StringTypes TupleType TypeType UnboundMethodType UnicodeType
            XRangeType
    """,
    "typing": "plain: CallableMeta GenericMeta TupleMeta TypingMeta",
    "urllib": """
        plain: basejoin ContentTooShortError pathname2url quote quote_plus splitattr splithost splitnport splitpasswd splitport
            splitquery splittag splittype splituser splitvalue unquote unquote_plus unwrap url2pathname urlencode
        environment: getproxies proxy_bypass
        network: FancyURLopener urlcleanup urlopen URLopener urlretrieve
    """,
    "weakref": "plain: ReferenceError",
    "xml.etree.ElementTree": "plain: XMLTreeBuilder",
}

AFTER: dict[str, str] = {
    "ast": "plain: Interpolation TemplateStr compare",
    "asyncio": """
        plain: format_call_graph FrameCallGraphEntry future_add_to_awaited_by future_discard_from_awaited_by FutureCallGraph
            print_call_graph
        insides: capture_call_graph
    """,
    "asyncio.futures": "plain: future_add_to_awaited_by future_discard_from_awaited_by",
    "binascii": "plain: CONSTANTS a2b_ascii85 a2b_base32 a2b_base85 b2a_ascii85 b2a_base32 b2a_base85",
    "builtins": "plain: sentinel",
    "calendar": "plain: standalone_month_abbr standalone_month_name",
    "concurrent.futures": "code: InterpreterPoolExecutor",
    "concurrent.futures.thread": "plain: WorkerContext",
    "configparser": "plain: InvalidWriteError UnnamedSectionDisabledError",
    "decimal": "plain: IEEEContext",
    "email.headerregistry": "plain: ReferencesHeader",
    "fnmatch": "plain: filterfalse",
    "functools": "plain: Placeholder",
    "heapq": "plain: heapify_max heappop_max heappush_max heappushpop_max heapreplace_max",
    "importlib.metadata": "plain: MetadataNotFound",
    "inspect": "plain: ispackage",
    "io": "plain: Reader Writer",
    "math": "plain: fmax fmin isnormal issubnormal signbit",
    "operator": "plain: is_none is_not_none",
    "os": """
        plain: statx_result
        reading: readinto statx
        environment: reload_environ
    """,
    "os.path": "plain: ALL_BUT_LAST ALLOW_MISSING",
    "pathlib.types": "plain: PathInfo",
    "platform": "plain: invalidate_caches",
    "re": "plain: prefixmatch",
    "string.templatelib": "plain: Interpolation Template convert",
    "sys": """
        plain: abi_info get_lazy_imports get_lazy_imports_filter is_remote_debug_enabled
        loader: lazy_modules
        code: remote_exec
        hooks: _clear_type_descriptors set_lazy_imports set_lazy_imports_filter
    """,
    "tarfile": "plain: LinkFallbackError",
    "threading": "plain: concurrent_tee serialize_iterator synchronized_iterator",
    "types": "plain: FrameLocalsProxyType LazyImportType",
    "typing": """
        plain: deprecated disjoint_base Doc NoExtraItems type_check_only TypeForm
        annotations: evaluate_forward_ref
    """,
    "unicodedata": "plain: block extended_pictographic grapheme_cluster_break indic_conjunct_break isxidcontinue isxidstart iter_graphemes",
    "urllib.parse": "plain: MAX_CACHE_SIZE",
    "uuid": """
        plain: uuid7 uuid8
        machine: uuid6
    """,
    "xml": "plain: is_valid_name is_valid_text",
    "zlib": "plain: adler32_combine crc32_combine",
}
