"""Members of the standard library that are not there in each of the versions that the tables cover."""

from __future__ import annotations

SINCE: dict[tuple[int, int], str] = {
    (3, 12): """
        ast.ParamSpec ast.TypeAlias ast.TypeVar ast.TypeVarTuple ast.type_param asyncio.create_eager_task_factory
        asyncio.eager_task_factory asyncio.events.on_fork asyncio.tasks.create_eager_task_factory asyncio.tasks.eager_task_factory
        calendar.Day calendar.IntEnum calendar.Month calendar.global_enum collections.abc.Buffer dis.hasarg dis.hasexc
        genericpath.islink importlib.metadata.DeprecatedNonAbstract importlib.metadata.cast importlib.resources.abc.TraversalError
        importlib.resources.readers.only inspect.BufferFlags inspect.getasyncgenlocals inspect.getasyncgenstate
        inspect.markcoroutinefunction itertools.batched logging.getHandlerByName logging.getHandlerNames logging.logAsyncioTasks
        math.sumprod opcode.hasarg opcode.hasexc opcode.i opcode.is_pseudo opcode.op opcode.oplists os.path.isjunction
        os.path.splitroot os.setns os.unshare random.binomialvariate socketserver.ForkingUnixDatagramServer
        socketserver.ForkingUnixStreamServer statistics.count statistics.itemgetter statistics.sumprod sys._getframemodulename
        sys.activate_stack_trampoline sys.deactivate_stack_trampoline sys.getunicodeinternedsize sys.is_stack_trampoline_active
        sys.monitoring threading.setprofile_all_threads threading.settrace_all_threads types.get_original_bases typing.TypeAliasType
        typing.override uuid.main
    """,
    (3, 13): """
        ast.PyCF_OPTIMIZED_AST asyncio.EventLoop asyncio.QueueShutDown asyncio.queues.QueueShutDown base64.z85decode base64.z85encode
        builtins.PythonFinalizationError collections.abc.ABCMeta collections.abc.EllipsisType collections.abc.FunctionType
        collections.abc.GenericAlias collections.abc.abstractmethod collections.abc.async_generator collections.abc.bytearray_iterator
        collections.abc.bytes_iterator collections.abc.coroutine collections.abc.dict_itemiterator collections.abc.dict_items
        collections.abc.dict_keyiterator collections.abc.dict_keys collections.abc.dict_valueiterator collections.abc.dict_values
        collections.abc.framelocalsproxy collections.abc.generator collections.abc.list_iterator collections.abc.list_reverseiterator
        collections.abc.longrange_iterator collections.abc.mappingproxy collections.abc.range_iterator collections.abc.set_iterator
        collections.abc.str_iterator collections.abc.tuple_iterator collections.abc.zip_iterator configparser.Iterable
        configparser.MultilineContinuationError configparser.UNNAMED_SECTION copy.replace dataclasses._FuncBuilder
        dataclasses.recursive_repr dis.ArgResolver dis.FUNCTION_ATTR_FLAGS dis.Formatter dis.get_executor dis.hasjump dis.name dis.op
        dis.print_instructions email.errors.HeaderWriteError email.feedparser.boundaryendRE email.generator.HeaderWriteError
        email.generator.NEWLINE_WITHOUT_FWSP email.utils.supports_strict_parsing enum.EnumDict genericpath.isdevdrive
        genericpath.isjunction genericpath.lexists glob.translate importlib.metadata.Any importlib.metadata.Iterable
        importlib.metadata.Match importlib.metadata.Set importlib.metadata.annotations importlib.resources.Anchor
        importlib.resources._functional inspect.make_weakref math.fma mimetypes.guess_file_type opcode.hasjump os.grantpt
        os.path.isdevdrive os.posix_openpt os.process_cpu_count os.ptsname os.timerfd_create os.timerfd_gettime os.timerfd_gettime_ns
        os.timerfd_settime os.timerfd_settime_ns os.unlockpt pathlib.UnsupportedOperation platform.AndroidVer platform.IOSVersionInfo
        platform.android_ver platform.ios_ver queue.ShutDown random.main re.PatternError statistics.acos statistics.asin
        statistics.atan statistics.cos statistics.cosh statistics.isfinite statistics.isinf statistics.kde statistics.kde_random
        statistics.pi statistics.sin statistics.tan symtable.StrEnum symtable.SymbolTableType symtable.main sys._clear_internal_caches
        sys._is_gil_enabled sys._is_interned traceback.ANSIColors traceback.BUILTIN_EXCEPTION_LIMIT types.CapsuleType typing.NoDefault
        typing.ReadOnly typing.TypeIs typing.get_protocol_members typing.is_protocol warnings.deprecated
    """,
}
"""The first version that has them."""

UNTIL: dict[tuple[int, int], str] = {
    (3, 11): """
        asyncio.base_futures.get_ident base64.test configparser.SafeConfigParser dis.hasnargs email.message.Policy
        email.mime.text.Charset importlib.find_loader importlib.metadata.Deprecated importlib.metadata.DeprecatedList
        importlib.metadata.SelectableGroups importlib.metadata.Union importlib.resources.readers.unique_everseen locale.format
        opcode.hasnargs pathlib.attrgetter pkgutil.ImpImporter pkgutil.ImpLoader sqlite3.enable_shared_cache statistics.mul
        unittest.load_tests zipfile.FastLookup
    """,
    (3, 12): """
        configparser.LegacyInterpolation dataclasses.FunctionType dataclasses.GenericAlias dataclasses._create_fn
        dis.FORMAT_VALUE_CONVERTERS dis.MAKE_FUNCTION_FLAGS dis.spec_op dis.specialized email.mime.audio.BytesIO email.utils.Charset
        enum.reduce importlib.metadata.DeprecatedTuple importlib.resources.Resource importlib.resources._adapters
        importlib.resources._legacy json.tool.Path locale.resetlocale opcode.is_pseudo opcode.oplists pathlib.S_ISBLK pathlib.S_ISCHR
        pathlib.S_ISDIR pathlib.S_ISFIFO pathlib.S_ISLNK pathlib.S_ISREG pathlib.S_ISSOCK pathlib.Sequence pathlib.urlquote_from_bytes
        re.template tokenize.StopTokenizing typing.io typing.re unittest.findTestCases unittest.getTestCaseNames unittest.makeSuite
    """,
}
"""The last version that has them."""


def is_due(path: str, version: tuple[int, int]) -> bool:
    """Whether a listed member must be there in a version."""
    is_early = any(path in names.split() for first, names in SINCE.items() if version < first)
    return not is_early and not any(path in names.split() for last, names in UNTIL.items() if version > last)
