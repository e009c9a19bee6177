"""What the standard library lets code do: reviewed data, per module and, where a module holds both, per member.

Covers every module of Python 3.11 to 3.13 (a test walks them). A module that is not here is not the standard library's.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache


class Reach(Enum):
    """What a module or a member of one can reach. The value says it in words, for a finding."""

    PLAIN = "computes, and reaches nothing"
    FILES = "reads or writes files"
    NETWORK = "reaches the network"
    PROGRAMS = "runs other programs"
    ENVIRONMENT = "reads the environment of the process"
    NATIVE = "reaches native code or raw memory"
    LOADER = "loads code that was not audited"
    CODE = "runs text or data as code"
    DATA_AS_CODE = "lets data it reads decide what code runs"
    ANNOTATIONS = "evaluates annotations, which may be text that was not audited"
    HOOKS = "changes how the interpreter itself behaves"
    INSIDES = "reaches into frames, code objects or every object of the process"
    SYSTEM = "changes the process or the machine outside the skill"


PERMITTED = frozenset({Reach.PLAIN, Reach.FILES, Reach.ENVIRONMENT})
"""What a skill may use without being asked about it: the jail's constructed environment and empty root contain the last two."""


@dataclass(frozen=True, slots=True)
class Standing:
    """``reach`` is of the thing itself; ``is_listed`` is False where it is only refused for not being on a list of what is allowed."""

    reach: Reach
    is_listed: bool = True


def listed(text: str) -> tuple[str, ...]:
    """The words of a table written as text."""
    return tuple(text.split())


_MODULES_BY_REACH: dict[Reach, str] = {
    Reach.PLAIN: """
        __future__ abc argparse array ast asyncio atexit audioop base64 binascii bisect bz2 calendar chunk cmath cmd codecs collections
        colorsys concurrent configparser contextlib contextvars copy csv dataclasses datetime decimal difflib dis email encodings enum
        errno fractions functools genericpath getopt getpass gettext graphlib gzip hashlib heapq hmac html http imghdr inspect ipaddress
        itertools json keyword locale logging lzma math mimetypes ntpath nturl2path numbers opcode operator platform
        plistlib posixpath pprint pyclbr pyexpat queue quopri random re reprlib sched secrets shlex sndhdr sre_compile
        sre_constants sre_parse stat statistics string stringprep struct sunau symtable sys tabnanny textwrap this threading time timeit
        token tokenize tomllib traceback tracemalloc types typing unicodedata unittest urllib uu uuid warnings wave weakref xdrlib xml
        zlib zoneinfo aifc pickletools mailbox netrc os
    """,
    Reach.FILES: "dbm filecmp fileinput fnmatch glob io linecache mmap pathlib shutil sqlite3 tarfile tempfile zipfile",
    Reach.NETWORK: """
        asynchat asyncore cgi ftplib imaplib nntplib poplib select selectors smtpd smtplib socket socketserver ssl telnetlib wsgiref xmlrpc
    """,
    Reach.PROGRAMS: "mailcap multiprocessing pipes pty subprocess webbrowser antigravity",
    Reach.NATIVE: "ctypes msvcrt winreg winsound ossaudiodev",
    Reach.LOADER: """
        importlib imp pkgutil runpy zipimport zipapp modulefinder ensurepip venv distutils lib2to3 py_compile compileall site sysconfig
    """,
    Reach.CODE: "bdb cProfile code codeop doctest idlelib optparse pdb profile pydoc pydoc_data rlcompleter trace turtledemo",
    Reach.DATA_AS_CODE: "copyreg marshal pickle pstats shelve",
    Reach.HOOKS: "builtins cgitb faulthandler gc signal",
    Reach.SYSTEM: "crypt curses fcntl grp msilib nis nt posix pwd readline resource spwd syslog termios tkinter tty turtle",
}

MODULES: dict[str, Reach] = {name: reach for reach, names in _MODULES_BY_REACH.items() for name in listed(names)}
"""Top-level name -> what the module as a whole can reach. Private modules (``_socket``) are not here: see ``is_private``."""

_SUBMODULES_BY_REACH: dict[Reach, str] = {
    Reach.PLAIN: "os.path",
    Reach.FILES: "importlib.resources",
    Reach.NETWORK: """
        urllib.request urllib.robotparser http.client http.server http.cookiejar logging.handlers asyncio.streams asyncio.selector_events
        asyncio.sslproto asyncio.trsock
    """,
    Reach.PROGRAMS: "asyncio.subprocess asyncio.base_subprocess asyncio.unix_events concurrent.futures.process",
    Reach.HOOKS: "unittest.mock unittest.signals",
    Reach.CODE: "logging.config unittest.loader unittest.main",
}
SUBMODULES: dict[str, Reach] = {name: reach for reach, names in _SUBMODULES_BY_REACH.items() for name in listed(names)}
"""Dotted names of submodules that differ from the module they are in."""

_MEMBERS_BY_REACH: dict[Reach, dict[str, str]] = {
    Reach.PROGRAMS: {
        "os": """
            system popen execl execle execlp execlpe execv execve execvp execvpe fork forkpty posix_spawn posix_spawnp spawnl spawnle
            spawnlp spawnlpe spawnv spawnve spawnvp spawnvpe startfile pidfd_open
        """,
        "asyncio": """
            create_subprocess_exec create_subprocess_shell SubprocessProtocol SubprocessTransport AbstractChildWatcher ThreadedChildWatcher
            FastChildWatcher MultiLoopChildWatcher PidfdChildWatcher SafeChildWatcher
        """,
        "concurrent.futures": "ProcessPoolExecutor",
        "platform": "popen",
    },
    Reach.NETWORK: {
        "asyncio": "open_connection open_unix_connection start_server start_unix_server",
        "urllib": "urlopen urlretrieve",
    },
    Reach.ENVIRONMENT: {"os": "environ environb getenv getenvb"},
    Reach.FILES: {
        "os": """
            access chdir chmod close copy_file_range fchdir fchmod fdatasync fdopen fstat fstatvfs fsync ftruncate fwalk
            get_inheritable isatty link listdir lseek lstat makedirs mkdir open pipe pipe2 pread preadv pwrite pwritev read readlink readv
            remove removedirs rename renames replace rmdir scandir get_blocking stat statvfs symlink sync
            truncate unlink utime walk write writev memfd_create posix_fadvise posix_fallocate
        """,
        "codecs": "open EncodedFile",
        "pkgutil": "get_data",
    },
    Reach.CODE: {
        "timeit": "Timer timeit repeat main template reindent dummy_src_name",
        "logging": "config",
        "types": "CodeType",
        "unittest": "main TestProgram TestLoader defaultTestLoader loader findTestCases makeSuite getTestCaseNames",
    },
    Reach.ANNOTATIONS: {"typing": "get_type_hints ForwardRef", "inspect": "get_annotations"},
    Reach.HOOKS: {
        "sys": """
            settrace setprofile call_tracing addaudithook audit breakpointhook displayhook excepthook unraisablehook monitoring
            setdlopenflags setswitchinterval set_asyncgen_hooks set_coroutine_origin_tracking_depth set_int_max_str_digits
            set_lazy_imports activate_stack_trampoline deactivate_stack_trampoline _debugmallocstats _clear_type_cache
            _clear_internal_caches _clear_type_descriptors setrecursionlimit
        """,
        "threading": "settrace setprofile settrace_all_threads setprofile_all_threads excepthook _shutdown",
        "atexit": "register unregister _run_exitfuncs _clear _ncallbacks",
        "unittest": "mock installHandler registerResult removeHandler removeResult",
    },
    Reach.LOADER: {
        "sys": "modules path meta_path path_hooks path_importer_cache _xoptions pycache_prefix",
    },
    Reach.INSIDES: {
        "sys": "_getframe _getframemodulename _current_frames _current_exceptions last_traceback last_exc last_value last_type",
        "traceback": "walk_tb walk_stack",
        "inspect": """
            currentframe stack trace getframeinfo getouterframes getinnerframes getmembers getmembers_static getattr_static getclosurevars
        """,
    },
    Reach.NATIVE: {"sys": "dllhandle _framework _home"},
    Reach.SYSTEM: {
        "os": """
            abort _exit closerange dup dup2 sendfile set_blocking splice
            kill killpg chown lchown fchown chroot mknod mkfifo nice
            setuid setgid seteuid setegid setreuid setregid setresuid
            setresgid setgroups initgroups setpgid setpgrp setsid setpriority putenv unsetenv umask unshare setns ptsname
        """,
        "time": "clock_settime clock_settime_ns tzset",
    },
}

MEMBERS: dict[str, Reach] = {
    f"{module}.{name}": reach for reach, modules in _MEMBERS_BY_REACH.items() for module, names in modules.items() for name in listed(names)
}
"""``module.member`` -> what that member can reach, where it differs from its module."""

_LISTED: dict[str, str] = {
    "os": """
        path sep linesep pathsep name curdir pardir extsep altsep devnull defpath fspath fsencode fsdecode PathLike DirEntry getcwd getcwdb
        urandom getrandom cpu_count process_cpu_count strerror error stat_result terminal_size get_terminal_size times times_result getpid
        getppid getuid getgid geteuid getegid get_exec_path uname uname_result sysconf sysconf_names supports_fd supports_effective_ids
        supports_dir_fd supports_follow_symlinks supports_bytes_environ F_OK R_OK W_OK X_OK SEEK_SET SEEK_CUR SEEK_END SEEK_DATA SEEK_HOLE
        O_RDONLY O_WRONLY O_RDWR O_CREAT O_EXCL O_TRUNC O_APPEND O_NONBLOCK O_CLOEXEC O_NOFOLLOW O_DIRECTORY O_SYNC O_BINARY
        EX_OK EX_USAGE EX_DATAERR EX_SOFTWARE EX_CONFIG getloadavg sched_yield sched_getaffinity device_encoding pathconf fpathconf
        statvfs_result GRND_NONBLOCK GRND_RANDOM
    """,
    "sys": """
        argv stdin stdout stderr __stdin__ __stdout__ __stderr__ version version_info hexversion implementation platform byteorder maxsize
        maxunicode float_info int_info hash_info float_repr_style thread_info api_version copyright executable prefix base_prefix
        exec_prefix base_exec_prefix platlibdir flags warnoptions dont_write_bytecode tracebacklimit ps1 ps2
        exit exception exc_info getsizeof intern getrefcount getrecursionlimit getdefaultencoding getfilesystemencoding
        getfilesystemencodeerrors
        get_int_max_str_digits getswitchinterval is_finalizing getallocatedblocks getunicodeinternedsize gettrace getprofile
        get_asyncgen_hooks get_coroutine_origin_tracking_depth orig_argv abiflags is_stack_trampoline_active _is_gil_enabled
        _is_interned UnraisableHookArgs builtin_module_names stdlib_module_names getwindowsversion
    """,
    "inspect": """
        signature Signature Parameter BoundArguments cleandoc getdoc getcomments isclass isfunction ismethod ismodule isbuiltin isroutine
        iscoroutine iscoroutinefunction isawaitable isasyncgen isasyncgenfunction isgenerator isgeneratorfunction isabstract
        isdatadescriptor ismethoddescriptor isgetsetdescriptor ismemberdescriptor markcoroutinefunction classify_class_attrs indentsize
        formatannotation getmro iscode isframe istraceback CO_GENERATOR CO_COROUTINE
    """,
    "timeit": "default_timer default_repeat default_number",
    "atexit": "",
}

GUARDED: dict[str, frozenset[str]] = {module: frozenset(listed(names)) for module, names in _LISTED.items()}
"""Modules where a member that is in no list is refused: what they hold is too strong to be allowed unread."""

_NAMESAKES = frozenset(
    listed("""
        array.array ast.operator ast.keyword bisect.bisect calendar.calendar copy.copy datetime.time datetime.datetime dis.dis
        fnmatch.fnmatch getopt.getopt getpass.getpass gettext.gettext glob.glob inspect.trace locale.gettext mmap.mmap
        os.stat pickletools.dis platform.platform pprint.pprint queue.time random.random shlex.shlex shutil.copy
        stringprep.unicodedata symtable.symtable sys.platform time.time timeit.timeit tokenize.tokenize typing.io typing.re
        unicodedata.decimal random._bisect sched._time threading._time math.cmath netrc.netrc
    """)
)
"""Members that have a module's name and are no module."""

_ALIASES = {
    "enum.bltns": "builtins",
    "typing.stdlib_re": "re",
    "os.st": "stat",
    "concurrent.futures.process.mp": "multiprocessing",
    "tokenize._builtin_open": "builtins.open",
    "hmac._hashopenssl": "_hashlib",
}
"""Members that are a module, or a builtin, under another name."""

HARMLESS_PRIVATE = frozenset(
    listed("""
        argparse._SubParsersAction argparse._ArgumentGroup logging._nameToLevel logging._levelToName typing._GenericAlias
        sys._is_gil_enabled
    """)
)
"""Private members of public modules that honest code names."""

PURE = frozenset(
    listed("""
        __future__ abc array binascii cmath colorsys errno itertools keyword math numbers time token unicodedata zlib
    """)
)
"""Modules from which no other module can be reached, so that they may be handed around as values."""

BUILTINS: dict[str, Reach] = {
    "eval": Reach.CODE,
    "exec": Reach.CODE,
    "compile": Reach.CODE,
    "__import__": Reach.LOADER,
    "breakpoint": Reach.HOOKS,
    "__builtins__": Reach.INSIDES,
    "__loader__": Reach.LOADER,
    "__spec__": Reach.LOADER,
    "__build_class__": Reach.INSIDES,
    "help": Reach.CODE,
    "open": Reach.FILES,
}
"""Builtins, and names every module has, that reach something. The others compute."""


def is_standard(name: str) -> bool:
    """Whether a top-level name is the standard library's; private ones (``_socket``) are known by the module they serve."""
    return name in MODULES or is_private(name)


def is_private(name: str) -> bool:
    return name.startswith("_") and name not in MODULES and (name.lstrip("_") in MODULES or name in _PRIVATE)


_PRIVATE = frozenset(
    listed("""
        _aix_support _bootsubprocess _codecs_cn _codecs_hk _codecs_iso2022 _codecs_jp _codecs_kr _codecs_tw _collections_abc _compat_pickle
        _compression _crypt _ctypes _curses_panel _datetime _dbm _elementtree _frozen_importlib _frozen_importlib_external _gdbm _hashlib
        _interpchannels _interpqueues _interpreters _ios_support _apple_support _android_support _lsprof _markupbase _md5 _msi
        _multibytecodec _opcode_metadata _osx_support _overlapped _posixshmem _posixsubprocess _py_abc _pydatetime _pydecimal _pyio
        _pylong _pyrepl _scproxy _sha1 _sha2 _sha256 _sha3 _sha512 _blake2 _sitebuiltins _sre _suggestions _sysconfig _thread
        _threading_local _uuid _weakrefset _winapi _wmi _xxsubinterpreters _xxinterpchannels _xxtestfuzz _testcapi _testinternalcapi
        _ssl _socket _strptime _tkinter _zoneinfo _contextvars _statistics _tracemalloc _stat _symtable _locale _lzma _bz2
    """)
)


def transit(path: str, name: str) -> str:
    """What ``path.name`` really is, when it is another module or builtin (``logging.os`` is ``os``); else ``path.name``."""
    whole = f"{path}.{name}"
    if whole in _ALIASES:
        return _ALIASES[whole]
    if whole in SUBMODULES or whole in _NAMESAKES:
        return whole
    if name in MODULES or name in _PRIVATE:
        return name
    plain = name.lstrip("_")
    return plain if name.startswith("_") and plain in MODULES else whole


@lru_cache(maxsize=4096)
def standing(path: str) -> Standing:
    """What a dotted name of the standard library reaches: of its longest part that is known.

    ``os.environ.get`` is judged as ``os.environ``; ``os.nothing`` is refused for not being listed; ``json.loads`` is as ``json``.
    """
    parts = path.split(".")
    if len(parts) > 1 and parts[0] == "builtins":
        return Standing(BUILTINS.get(parts[1], Reach.PLAIN))
    if is_private(parts[0]):
        return Standing(Reach.INSIDES, is_listed=False)
    for length in range(len(parts), 1, -1):
        head = ".".join(parts[:length])
        found = MEMBERS.get(head) or SUBMODULES.get(head)
        if found is not None:
            return Standing(found)
    listed = GUARDED.get(parts[0])
    if len(parts) > 1 and listed is not None and parts[1] not in listed and not _is_ordinary(parts[1]):
        return Standing(Reach.INSIDES, is_listed=False)
    return Standing(MODULES[parts[0]])


def _is_ordinary(name: str) -> bool:
    return name in ("__name__", "__doc__", "__version__", "__all__")
