"""Members of the modules that deal with files, archives and stored data."""

from __future__ import annotations

MEMBERS: dict[str, str] = {
    "importlib": "loader: find_loader __import__ import_module invalidate_caches reload",
    "aifc": """
        plain: Chunk Error namedtuple
        reading: Aifc_read
        files: Aifc_write open
    """,
    "argparse": """
        plain: CONSTANTS Action ArgumentDefaultsHelpFormatter ArgumentError ArgumentTypeError BooleanOptionalAction HelpFormatter
            MetavarTypeHelpFormatter Namespace ngettext RawDescriptionHelpFormatter RawTextHelpFormatter
        reading: ArgumentParser
        files: FileType
    """,
    "bz2": """
        plain: BZ2Compressor BZ2Decompressor compress decompress
        files: BZ2File open
    """,
    "chunk": "plain: Chunk",
    "configparser": """
        plain: BasicInterpolation ConverterMapping DEFAULTSECT DuplicateOptionError DuplicateSectionError Error ExtendedInterpolation
            Interpolation InterpolationDepthError InterpolationError InterpolationMissingOptionError InterpolationSyntaxError Iterable
            LegacyInterpolation MAX_INTERPOLATION_DEPTH MissingSectionHeaderError MultilineContinuationError MutableMapping
            NoOptionError NoSectionError ParsingError SectionProxy UNNAMED_SECTION
        reading: ConfigParser RawConfigParser SafeConfigParser
    """,
    "csv": """
        plain: CONSTANTS Dialect DictReader DictWriter Error excel excel_tab field_size_limit get_dialect list_dialects reader
            register_dialect Sniffer StringIO unix_dialect unregister_dialect writer
    """,
    "dbm": """
        plain: error ndbm
        loader: _defaultmod _modules _names
        reading: whichdb
        files: open
    """,
    "dbm.dumb": """
        plain: error
        files: open
    """,
    "dbm.gnu": """
        plain: error
        files: open
    """,
    "dbm.ndbm": """
        plain: error library
        files: open
    """,
    "dbm.sqlite3": """
        plain: CONSTANTS closing error MutableMapping Path suppress
        files: open
    """,
    "filecmp": """
        plain: BUFSIZE clear_cache DEFAULT_IGNORES filterfalse GenericAlias
        reading: cmp cmpfiles demo dircmp
    """,
    "fileinput": """
        plain: close filelineno filename fileno GenericAlias isfirstline isstdin lineno nextfile
        reading: hook_compressed hook_encoded
        files: FileInput input
    """,
    "fnmatch": "plain: filter fnmatch fnmatchcase translate",
    "genericpath": """
        plain: commonprefix samestat
        reading: exists getatime getctime getmtime getsize isdevdrive isdir isfile isjunction islink lexists samefile sameopenfile
    """,
    "getopt": "plain: do_longs do_shorts error getopt GetoptError gnu_getopt long_has_args short_has_arg",
    "glob": """
        plain: escape has_magic magic_check magic_check_bytes translate
        reading: glob glob0 glob1 iglob
    """,
    "gzip": """
        plain: CONSTANTS BadGzipFile compress decompress write32u
        files: GzipFile main open
    """,
    "imghdr": """
        plain: PathLike test_bmp test_exr test_gif test_jpeg test_pbm test_pgm test_png test_ppm test_rast test_rgb test_tiff
            test_webp test_xbm tests
        reading: test testall what
    """,
    "importlib.machinery": "plain: CONSTANTS",
    "importlib.metadata": """
        plain: always_iterable annotations Any cast FreezableDefaultDict Iterable List Mapping Match method_cache Optional
            PackageMetadata PackageNotFoundError Pair pass_none Sectioned Set SimplePath starmap suppress Union unique_everseen
        reading: metadata packages_distributions requires version
        loader: Deprecated DeprecatedList DeprecatedNonAbstract DeprecatedTuple Distribution distribution DistributionFinder
            distributions entry_points EntryPoint EntryPoints FastPath FileHash files import_module Lookup MetadataPathFinder
            MetaPathFinder PackagePath PathDistribution Prepared SelectableGroups
    """,
    "importlib.resources": """
        plain: Anchor Package Resource ResourceReader
        files: as_file
        loader: _adapters _common contents files _functional is_resource _legacy open_binary open_text path read_binary read_text
    """,
    "importlib.resources.abc": """
        plain: Any BinaryIO Iterable Iterator NoReturn Optional Protocol ResourceReader runtime_checkable StrPath Text Traversable
            TraversableResources TraversalError Union
    """,
    "importlib.resources.readers": """
        plain: only remove_duplicates unique_everseen
        files: FileReader MultiplexedPath NamespaceReader ZipReader
    """,
    "importlib.resources.simple": """
        plain: BinaryIO List ResourceContainer ResourceHandle SimpleReader Traversable TraversableReader TraversableResources
    """,
    "io": """
        plain: CONSTANTS BlockingIOError BufferedIOBase BufferedRandom BufferedReader BufferedRWPair BufferedWriter BytesIO
            IncrementalNewlineDecoder IOBase RawIOBase StringIO text_encoding TextIOBase TextIOWrapper UnsupportedOperation
        files: FileIO open open_code
    """,
    "linecache": """
        plain: cache clearcache
        reading: checkcache getline getlines lazycache updatecache
    """,
    "lzma": """
        plain: CONSTANTS compress decompress is_check_supported LZMACompressor LZMADecompressor LZMAError
        files: LZMAFile open
    """,
    "mailbox": """
        plain: BabylMessage Error ExternalClashError FormatError GenericAlias linesep MaildirMessage mboxMessage Message MHMessage
            MMDFMessage NoSuchMailboxError NotEmptyError
        files: Babyl Mailbox Maildir mbox _mboxMMDF MH MMDF _singlefileMailbox
    """,
    "mimetypes": """
        plain: add_type common_types encodings_map guess_all_extensions guess_extension guess_file_type guess_type inited knownfiles
            suffix_map types_map
        reading: init MimeTypes read_mime_types
    """,
    "mmap": """
        plain: CONSTANTS error
        files: mmap
    """,
    "netrc": """
        plain: NetrcParseError
        reading: netrc
    """,
    "nturl2path": "plain: pathname2url url2pathname",
    "os.path": """
        plain: abspath altsep basename commonpath commonprefix curdir defpath devnull dirname extsep isabs isreserved join normcase
            normpath pardir pathsep relpath samestat sep split splitdrive splitext splitroot supports_unicode_filenames
        reading: exists getatime getctime getmtime getsize isdevdrive isdir isfile isjunction islink ismount lexists realpath samefile
            sameopenfile
        environment: expanduser expandvars
    """,
    "importlib.util": "plain: MAGIC_NUMBER",
    "pathlib": """
        plain: CONSTANTS attrgetter PurePath PurePosixPath PureWindowsPath S_ISBLK S_ISCHR S_ISDIR S_ISFIFO S_ISLNK S_ISREG S_ISSOCK
            Sequence UnsupportedOperation urlquote_from_bytes
        files: Path PosixPath WindowsPath
        environment: Path.expanduser Path.home PosixPath.expanduser PosixPath.home WindowsPath.expanduser WindowsPath.home
    """,
    "pkgutil": """
        plain: ModuleInfo ModuleType namedtuple simplegeneric
        loader: extend_path find_loader get_data get_importer get_loader ImpImporter ImpLoader iter_importer_modules iter_importers
            iter_modules iter_zipimport_modules read_code resolve_name walk_packages zipimporter
    """,
    "plistlib": """
        plain: BytesIO dump dumps FMT_BINARY FMT_XML InvalidFileException load loads ParserCreate PlistFormat PLISTHEADER UID
    """,
    "shutil": """
        plain: COPY_BUFSIZE copyfileobj Error ExecError get_archive_formats get_terminal_size get_unpack_formats ignore_patterns nt
            ReadError register_archive_format register_unpack_format RegistryError SameFileError SpecialFileError
            unregister_archive_format unregister_unpack_format
        reading: disk_usage which
        files: copy copy2 copyfile copymode copystat copytree make_archive move rmtree unpack_archive
        system: chown
    """,
    "sndhdr": """
        plain: get_long_be get_long_le get_short_be get_short_le namedtuple SndHeaders test_8svx test_au test_hcom test_sndr test_sndt
            test_voc tests
        reading: test test_aifc test_wav testall what whathdr
    """,
    "sqlite3": """
        plain: CONSTANTS adapt adapters apilevel Binary Blob complete_statement converters Cursor DatabaseError DataError Date
            DateFromTicks enable_callback_tracebacks enable_shared_cache Error IntegrityError InterfaceError InternalError
            NotSupportedError OperationalError paramstyle PrepareProtocol ProgrammingError register_adapter register_converter Row
            sqlite_version sqlite_version_info threadsafety Time TimeFromTicks Timestamp TimestampFromTicks version version_info
            Warning
        files: connect Connection
        native: Connection.enable_load_extension Connection.load_extension
    """,
    "sqlite3.dump": "",
    "stat": """
        plain: CONSTANTS filemode S_IFMT S_IMODE S_ISBLK S_ISCHR S_ISDIR S_ISDOOR S_ISFIFO S_ISLNK S_ISPORT S_ISREG S_ISSOCK S_ISWHT
    """,
    "struct": "plain: calcsize error iter_unpack pack pack_into Struct unpack unpack_from",
    "sunau": """
        plain: CONSTANTS Error namedtuple
        reading: Au_read
        files: Au_write open
    """,
    "tarfile": """
        plain: CONSTANTS AbsoluteLinkError AbsolutePathError calc_chksums CompressionError copyfileobj data_filter EmptyHeaderError
            EOFHeaderError ExFileObject ExtractError FilterError fully_trusted_filter GNU_TYPES HeaderError InvalidHeaderError itn
            LinkOutsideDestinationError nti nts OutsideDestinationError PAX_FIELDS PAX_NAME_FIELDS PAX_NUMBER_FIELDS ReadError
            REGULAR_TYPES SpecialFileError stn StreamError SubsequentHeaderError SUPPORTED_TYPES symlink_exception tar_filter TarError
            TarInfo TruncatedHeaderError version
        reading: is_tarfile
        files: bltn_open main open TarFile
    """,
    "tempfile": """
        plain: gettempprefix gettempprefixb tempdir template TMP_MAX
        files: gettempdir gettempdirb mkdtemp mkstemp mktemp NamedTemporaryFile SpooledTemporaryFile TemporaryDirectory TemporaryFile
    """,
    "tomllib": "plain: load loads TOMLDecodeError",
    "uu": """
        plain: Error
        files: decode encode test
    """,
    "wave": """
        plain: CONSTANTS Error namedtuple
        reading: Wave_read
        files: open Wave_write
    """,
    "xdrlib": "plain: BytesIO ConversionError Error Packer raise_conversion_error Unpacker wraps",
    "zipfile": """
        plain: CONSTANTS BadZipFile BadZipfile compressor_names crc32 error LargeZipFile LZMACompressor LZMADecompressor
            sizeCentralDir sizeEndCentDir sizeEndCentDir64 sizeEndCentDir64Locator sizeFileHeader stringCentralDir stringEndArchive
            stringEndArchive64 stringEndArchive64Locator stringFileHeader structCentralDir structEndArchive structEndArchive64
            structEndArchive64Locator structFileHeader ZipExtFile ZipInfo
        reading: is_zipfile
        files: CompleteDirs FastLookup main Path PyZipFile ZipFile
    """,
    "zlib": "plain: CONSTANTS adler32 compress compressobj crc32 decompress decompressobj error",
    "zoneinfo": """
        plain: available_timezones InvalidTZPathWarning TZPATH ZoneInfo ZoneInfoNotFoundError
        reading: reset_tzpath
    """,
}
