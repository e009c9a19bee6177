"""What a file is by its first bytes, and what its name says it is: one table of both."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from skillpod.audit.standard import listed
from skillpod.model.later import later


class Group(Enum):
    TEXT = "text"
    PICTURE = "a picture"
    SOUND = "sound or film"
    FONT = "a font"
    DATA = "data"
    DOCUMENT = "a document"
    ARCHIVE = "an archive"
    KEYS = "a key store"


@dataclass(frozen=True, slots=True)
class Kind:
    name: str  # as a person calls it, with its article
    group: Group
    suffixes: frozenset[str]
    magic: tuple[tuple[int, bytes], ...] = ()  # any of these: offset, bytes

    def begins(self, content: bytes) -> bool:
        return any(content.startswith(magic, offset) for offset, magic in self.magic)


def _kind(name: str, group: Group, suffixes: str, *magic: bytes, at: int = 0) -> Kind:
    return Kind(name, group, frozenset(suffixes.split()), tuple((at, begin) for begin in magic))


KINDS = (
    # --- pictures
    _kind("a PNG picture", Group.PICTURE, ".png .apng", b"\x89PNG\r\n\x1a\n"),
    _kind("a JPEG picture", Group.PICTURE, ".jpg .jpeg .jpe .jfif", b"\xff\xd8\xff"),
    _kind("a GIF picture", Group.PICTURE, ".gif", b"GIF87a", b"GIF89a"),
    _kind("a WebP picture", Group.PICTURE, ".webp", b"WEBP", at=8),
    _kind("a BMP picture", Group.PICTURE, ".bmp .dib", b"BM"),
    _kind("an icon", Group.PICTURE, ".ico .cur", b"\x00\x00\x01\x00", b"\x00\x00\x02\x00"),
    _kind("a TIFF picture", Group.PICTURE, ".tif .tiff", b"II*\x00", b"MM\x00*"),
    _kind("an AVIF or HEIC picture", Group.PICTURE, ".avif .heic .heif", b"ftypavif", b"ftypavis", b"ftypheic", b"ftypmif1", at=4),
    _kind("an Apple icon", Group.PICTURE, ".icns", b"icns"),
    _kind("a Photoshop picture", Group.PICTURE, ".psd", b"8BPS"),
    _kind("a Netpbm picture", Group.PICTURE, ".pbm .pgm .ppm .pnm", b"P4\n", b"P5\n", b"P6\n"),
    # --- sound and film
    _kind("a WAVE sound", Group.SOUND, ".wav", b"WAVE", at=8),
    _kind("an AU sound", Group.SOUND, ".au .snd", b".snd\x00\x00\x00"),
    _kind("an AVI film", Group.SOUND, ".avi", b"AVI ", at=8),
    _kind("an MP3 sound", Group.SOUND, ".mp3", b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2", b"\xff\xfa"),
    _kind("an Ogg sound", Group.SOUND, ".ogg .oga .ogv .opus", b"OggS"),
    _kind("a FLAC sound", Group.SOUND, ".flac", b"fLaC"),
    _kind("a MIDI sound", Group.SOUND, ".mid .midi", b"MThd"),
    _kind("an AIFF sound", Group.SOUND, ".aif .aiff", b"AIFF", b"AIFC", at=8),
    _kind("an MPEG-4 sound or film", Group.SOUND, ".mp4 .m4a .m4v .mov", b"ftyp", at=4),
    _kind("a Matroska film", Group.SOUND, ".mkv .webm", b"\x1a\x45\xdf\xa3"),
    # --- fonts
    _kind("a TrueType font", Group.FONT, ".ttf", b"\x00\x01\x00\x00\x00", b"true\x00"),
    _kind("an OpenType font", Group.FONT, ".otf .ttf", b"OTTO"),
    _kind("a collection of fonts", Group.FONT, ".ttc .otc", b"ttcf"),
    _kind("a WOFF font", Group.FONT, ".woff", b"wOFF"),
    _kind("a WOFF2 font", Group.FONT, ".woff2", b"wOF2"),
    _kind("an EOT font", Group.FONT, ".eot", b"LP", at=34),
    # --- data
    _kind("an SQLite database", Group.DATA, ".sqlite .sqlite3 .db .db3 .gpkg .mbtiles", b"SQLite format 3\x00"),
    _kind("a Parquet table", Group.DATA, ".parquet .pq", b"PAR1"),
    _kind("an Arrow table", Group.DATA, ".arrow .feather", b"ARROW1"),
    _kind("an Avro table", Group.DATA, ".avro", b"Obj\x01"),
    _kind("an HDF5 file", Group.DATA, ".h5 .hdf5 .hdf .nc", b"\x89HDF\r\n\x1a\n"),
    _kind("a NetCDF file", Group.DATA, ".nc .cdf", b"CDF\x01", b"CDF\x02"),
    _kind("a NumPy array", Group.DATA, ".npy", b"\x93NUMPY"),
    _kind("a catalogue of messages", Group.DATA, ".mo .gmo", b"\xde\x12\x04\x95", b"\x95\x04\x12\xde"),
    _kind("a shape file", Group.DATA, ".shp .shx", b"\x00\x00\x27\x0a"),
    _kind("a time zone", Group.DATA, ".tzif", b"TZif"),
    _kind("a property list", Group.DATA, ".plist", b"bplist00"),
    _kind("a GloVe or GGUF model", Group.DATA, ".gguf", b"GGUF"),
    # --- documents: what is in them is compressed, or more than text
    _kind("a PDF document", Group.DOCUMENT, ".pdf", b"%PDF-"),
    _kind("an RTF document", Group.DOCUMENT, ".rtf", b"{\\rtf"),
    _kind("an old Office document", Group.DOCUMENT, ".doc .xls .ppt .dot .xlt .pot .msg .vsd", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    # --- archives
    _kind("a ZIP archive", Group.ARCHIVE, ".zip .npz .kmz", b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08PK\x03\x04"),
    _kind("a gzip archive", Group.ARCHIVE, ".gz .tgz .taz", b"\x1f\x8b\x08"),
    _kind("a bzip2 archive", Group.ARCHIVE, ".bz2 .tbz .tbz2", *(b"BZh%d1AY&SY" % level for level in range(1, 10))),
    _kind("an xz archive", Group.ARCHIVE, ".xz .txz", b"\xfd7zXZ\x00"),
    _kind("an LZMA archive", Group.ARCHIVE, ".lzma .tlz", b"\x5d\x00\x00\x80\x00", b"\x5d\x00\x00\x00\x01", b"\x5d\x00\x00\x10\x00"),
    _kind("a Zstandard archive", Group.ARCHIVE, ".zst .tzst", b"\x28\xb5\x2f\xfd"),
    _kind("an LZ4 archive", Group.ARCHIVE, ".lz4", b"\x04\x22\x4d\x18"),
    _kind("a compress archive", Group.ARCHIVE, ".z .taz", b"\x1f\x9d"),
    _kind("a lzip archive", Group.ARCHIVE, ".lz", b"LZIP\x01"),
    _kind("a 7z archive", Group.ARCHIVE, ".7z", b"7z\xbc\xaf\x27\x1c"),
    _kind("a RAR archive", Group.ARCHIVE, ".rar", b"Rar!\x1a\x07"),
    _kind("a tar archive", Group.ARCHIVE, ".tar .gem", b"ustar\x00", b"ustar  ", at=257),
    _kind("a cabinet archive", Group.ARCHIVE, ".cab", b"MSCF\x00\x00\x00\x00"),
    _kind("an RPM package", Group.ARCHIVE, ".rpm", b"\xed\xab\xee\xdb"),
    _kind("a cpio archive", Group.ARCHIVE, ".cpio", b"070701", b"070702", b"070707", b"\xc7\x71"),
    _kind("a xar archive", Group.ARCHIVE, ".xar .pkg", b"xar!\x00\x1c"),
    _kind("a squashfs image", Group.ARCHIVE, ".sqfs .squashfs .snap", b"hsqs"),
    _kind("a disk image", Group.ARCHIVE, ".iso", b"CD001", at=32769),
    # --- keys: what is in them is judged by SEC
    _kind("a Java key store", Group.KEYS, ".jks .keystore", b"\xfe\xed\xfe\xed"),
    _kind("a KeePass store", Group.KEYS, ".kdbx .kdb", b"\x03\xd9\xa2\x9a"),
    _kind("a PKCS #12 key store", Group.KEYS, ".p12 .pfx", b"\x30\x82"),
)

CONTAINERS = {
    suffix: name
    for name, suffixes in {
        "an Office document": ".docx .xlsx .pptx .dotx .xltx .potx .ppsx .vsdx .docm .xlsm .pptm .dotm .xltm .potm .ppsm .xlsb .xlam .ppam",
        "an OpenDocument file": ".odt .ods .odp .odg .odf .ott .ots .otp",
        "an electronic book": ".epub",
    }.items()
    for suffix in suffixes.split()
}
"""Documents that are ZIP archives inside."""

CODE_ARCHIVES = listed("""
    .whl .egg .pyz .pyzw .pex .par .shiv .jar .war .ear .apk .aar .ipa .xpi .crx .vsix .nupkg .gem .deb .rpm .snap .msi .dmg .pkg
    .appimage .conda .oxt .mcpb .dxt
""")
"""Archives that exist to be installed, imported or run."""

TEXTS = listed("""
    .txt .md .mdx .markdown .rst .adoc .tex .bib .log .csv .tsv .psv .json .jsonl .ndjson .json5 .jsonc .geojson .yaml .yml .toml .ini .cfg
    .conf .properties .env .xml .xsd .xsl .xslt .html .htm .xhtml .svg .css .scss .less .js .mjs .cjs .ts .tsx .jsx .vue .sql .graphql
    .proto .j2 .jinja .jinja2 .tmpl .tpl .mustache .hbs .template .srt .vtt .po .pot .ics .vcf .eml .diff .patch .dot .mmd .puml .py .pyi
    .pyw .ipynb .sh .bash .zsh .fish .ps1 .bat .cmd .rb .pl .php .lua .r .jl .go .rs .java .kt .c .h .cc .cpp .hpp .cs .swift .pem .crt
    .pub .asc .lock .plist
""")
"""Names that say: this is text."""

DATA_TEXTS = listed("""
    .txt .md .markdown .rst .log .csv .tsv .json .jsonl .ndjson .geojson .yaml .yml .toml .ini .cfg .conf .properties .xml .svg .css .srt
    .vtt .po .ics .vcf .eml .bib .dat .data .bin .db .png .jpg .jpeg .gif .webp .ico .pdf .woff .woff2 .ttf
""")
"""Names that say: this is read, and never run."""

PICKLES = listed(".pkl .pickle .pck .pcl .p .dill .cloudpickle .joblib .pt .ckpt .sav .shelve .marshal")
"""What is only ever loaded by unpickling."""


_VERSION = later(r"(?<=\.so)(?:\.[0-9]+)+$", re.IGNORECASE)


def suffix_of(name: str) -> str:
    """The last suffix in lower case, with its dot; of a dotfile its whole name; empty when there is none."""
    leaf = _VERSION.sub("", name.rpartition("/")[2])
    return f".{leaf.rpartition('.')[2].lower()}" if "." in leaf else ""


def kind_of(content: bytes) -> Kind | None:
    """What the first bytes say. None for text, and for what is on no list."""
    return next((kind for kind in KINDS if kind.begins(content)), None)


def kinds_named(suffix: str) -> tuple[Kind, ...]:
    """The kinds a suffix stands for; none for text and for what is on no list."""
    return tuple(kind for kind in KINDS if suffix in kind.suffixes)


_PLAIN = bytes((0x09, 0x0A, 0x0C, 0x0D, *range(0x20, 0x7F)))


def text_of(content: bytes) -> str | None:
    """The text, when it is UTF-8 (or UTF-16 with a mark) and has no control characters; None when it is no text."""
    if content.isascii():
        return None if content.translate(None, _PLAIN) else content.decode("ascii")
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if _CONTROL.search(text) else text


def is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


_CONTROL = later("[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f]")
