"""The modules of the standard library, and what each can reach as a whole.

Covers every module of Python 3.11 to 3.13 (a test walks them). A module that is not here is not the standard library's.
"""

from __future__ import annotations

from skillpod.audit.standard.reaches import Reach, listed

_MODULES_BY_REACH: dict[Reach, str] = {
    Reach.PLAIN: """
        __future__ abc aifc argparse array ast asyncio atexit audioop base64 binascii bisect builtins bz2 calendar cgi chunk cmath cmd
        codecs collections colorsys concurrent configparser contextlib contextvars copy csv dataclasses datetime dbm decimal difflib dis
        email encodings enum errno filecmp fileinput fnmatch fractions functools gc genericpath getopt getpass gettext glob graphlib
        gzip hashlib heapq hmac html http imghdr importlib inspect io ipaddress itertools json keyword linecache locale logging lzma
        mailbox math mimetypes mmap netrc ntpath nturl2path numbers opcode operator os pathlib pickletools pkgutil platform plistlib
        posixpath pprint pyclbr pyexpat queue quopri random re reprlib sched secrets shlex shutil signal sndhdr sqlite3 sre_compile
        sre_constants sre_parse stat statistics string stringprep struct sunau symtable sys tabnanny tarfile tempfile textwrap this
        threading time timeit token tokenize tomllib traceback tracemalloc types typing unicodedata unittest urllib uu uuid warnings
        wave weakref xdrlib xml zipfile zlib zoneinfo
    """,
    Reach.NETWORK: """
        asynchat asyncore ftplib imaplib nntplib poplib select selectors smtpd smtplib socket socketserver ssl telnetlib wsgiref xmlrpc
    """,
    Reach.PROGRAMS: "mailcap multiprocessing pipes pty subprocess webbrowser antigravity",
    Reach.NATIVE: "ctypes msvcrt winreg winsound ossaudiodev xxlimited xxlimited_35 xxsubtype",
    Reach.LOADER: """
        imp runpy zipimport zipapp modulefinder ensurepip venv distutils lib2to3 py_compile compileall site sysconfig test
        __hello__ __phello__
    """,
    Reach.CODE: "bdb cProfile code codeop doctest idlelib optparse pdb profile pydoc pydoc_data rlcompleter trace turtledemo",
    Reach.DATA_AS_CODE: "copyreg marshal pickle pstats shelve",
    Reach.HOOKS: "cgitb faulthandler",
    Reach.SYSTEM: "crypt curses fcntl grp msilib nis nt posix pwd readline resource spwd syslog termios tkinter tty turtle",
}

MODULES: dict[str, Reach] = {name: reach for reach, names in _MODULES_BY_REACH.items() for name in listed(names)}
"""Top-level name -> what the module as a whole can reach; PLAIN for one whose members are judged one by one.

Private modules (``_socket``) are not here: see ``is_private``."""

_SUBMODULES_BY_REACH: dict[Reach, str] = {
    Reach.PLAIN: """
        asyncio.base_events asyncio.base_futures asyncio.base_tasks asyncio.constants asyncio.coroutines asyncio.events
        asyncio.exceptions asyncio.format_helpers asyncio.futures asyncio.locks asyncio.log asyncio.mixins asyncio.proactor_events
        asyncio.protocols asyncio.queues asyncio.runners asyncio.staggered asyncio.streams asyncio.taskgroups asyncio.tasks
        asyncio.threads asyncio.timeouts asyncio.transports collections.abc concurrent.futures concurrent.futures.thread dbm.dumb
        dbm.gnu dbm.ndbm dbm.sqlite3 email.base64mime email.charset email.contentmanager email.encoders email.errors email.feedparser
        email.generator email.header email.headerregistry email.iterators email.message email.mime email.mime.application
        email.mime.audio email.mime.base email.mime.image email.mime.message email.mime.multipart email.mime.nonmultipart
        email.mime.text email.parser email.policy email.quoprimime email.utils html.entities html.parser http.cookiejar http.cookies
        importlib.metadata importlib.resources importlib.resources.abc importlib.resources.readers importlib.resources.simple
        json.decoder json.encoder json.scanner json.tool logging.handlers os.path pathlib.types sqlite3.dbapi2 sqlite3.dump
        string.templatelib unittest.async_case unittest.case unittest.result unittest.runner unittest.suite unittest.util urllib.error
        urllib.parse urllib.response wsgiref.headers wsgiref.types wsgiref.util wsgiref.validate xml.dom xml.dom.NodeFilter
        xml.dom.domreg xml.dom.expatbuilder xml.dom.minicompat xml.dom.minidom xml.dom.pulldom xml.dom.xmlbuilder xml.etree
        xml.etree.ElementInclude xml.etree.ElementPath xml.etree.ElementTree xml.etree.cElementTree xml.parsers xml.parsers.expat
        xml.sax xml.sax.expatreader xml.sax.handler xml.sax.saxutils xml.sax.xmlreader
    """,
    Reach.NETWORK: """
        urllib.request urllib.robotparser http.client http.server asyncio.selector_events asyncio.sslproto asyncio.trsock
        asyncio.windows_events asyncio.windows_utils xmlrpc.client xmlrpc.server wsgiref.handlers wsgiref.simple_server
    """,
    Reach.PROGRAMS: "asyncio.subprocess asyncio.base_subprocess asyncio.unix_events concurrent.futures.process",
    Reach.HOOKS: "unittest.mock unittest.signals",
    Reach.CODE: "concurrent.futures.interpreter concurrent.interpreters logging.config unittest.loader unittest.main",
    Reach.LOADER: "importlib.abc importlib.machinery importlib.readers importlib.simple importlib.util",
}
SUBMODULES: dict[str, Reach] = {name: reach for reach, names in _SUBMODULES_BY_REACH.items() for name in listed(names)}
"""Dotted names of the submodules of what a skill may import; those of ``encodings`` are alike, and not here."""

GUARDED = frozenset({"os", "sys", "inspect", "timeit", "atexit", "builtins", "importlib", "pkgutil", "gc", "signal"})
"""Modules that are too strong to be handed on as a value or taken by a star, and of which private members are refused."""

BY_MEMBERS = frozenset({"_thread", "http.client", "socket", "ssl", "sysconfig", "urllib.request"})
"""Modules that may be imported, though most of what is in them may not be used: each use is judged where it stands. They are as strong as
those that are guarded."""

PURE = frozenset(
    listed("""
        __future__ abc array binascii cmath colorsys errno itertools keyword math numbers time token unicodedata zlib
    """)
)
"""Modules from which no other module can be reached, so that they may be handed around as values."""

PRIVATE = frozenset(
    listed("""
        _aix_support _bootsubprocess _codecs_cn _codecs_hk _codecs_iso2022 _codecs_jp _codecs_kr _codecs_tw _collections_abc _compat_pickle
        _compression _crypt _ctypes _curses_panel _datetime _dbm _elementtree _frozen_importlib _frozen_importlib_external _gdbm _hashlib
        _interpchannels _interpqueues _interpreters _ios_support _apple_support _android_support _lsprof _markupbase _md5 _msi
        _multibytecodec _opcode_metadata _osx_support _overlapped _posixshmem _posixsubprocess _py_abc _pydatetime _pydecimal _pyio
        _pylong _pyrepl _scproxy _sha1 _sha2 _sha256 _sha3 _sha512 _blake2 _sitebuiltins _sre _suggestions _sysconfig _thread
        _threading_local _uuid _weakrefset _winapi _wmi _xxsubinterpreters _xxinterpchannels _xxtestfuzz _testcapi _testinternalcapi
        _ctypes_test _testbuffer _testclinic _testclinic_limited _testconsole _testexternalinspection _testimportmultiple
        _testlimitedcapi _testmultiphase _testsinglephase
        _ssl _socket _strptime _tkinter _zoneinfo _contextvars _statistics _tracemalloc _stat _symtable _locale _lzma _bz2
    """)
)
"""Private modules that don't serve a public one of the same name."""


def is_standard(name: str) -> bool:
    """Whether a top-level name is the standard library's; private ones (``_socket``) are known by the module they serve."""
    return name in MODULES or is_private(name)


def is_private(name: str) -> bool:
    if not name.startswith("_") or name in MODULES:
        return False
    return name.lstrip("_") in MODULES or name in PRIVATE or name.startswith("_sysconfigdata_")
