"""Programs that no audit reads: what a loader, or an interpreter of compiled code, takes by its name or its first bytes."""

from __future__ import annotations

import re
from enum import Enum

from skillpod.audit.filetypes import suffix_of
from skillpod.audit.standard import listed
from skillpod.model.later import later


class Program(Enum):
    BYTECODE = "compiled Python, which can't be audited"
    ELF = "an ELF program or library"
    MACH_O = "a Mach-O program or library"
    MACH_O_OR_JAVA = "a Mach-O or Java program"
    WINDOWS = "a Windows program or library"
    WEB_ASSEMBLY = "a WebAssembly program"
    BITCODE = "LLVM bitcode"
    ANDROID = "an Android program"
    LUA = "a compiled Lua program"
    OBJECTS = "a library of object files, or a package"
    BY_NAME = "of a kind that is loaded as a program"


_MAGIC = (
    (b"\x7fELF", Program.ELF),
    (b"\xfe\xed\xfa\xce", Program.MACH_O),
    (b"\xfe\xed\xfa\xcf", Program.MACH_O),
    (b"\xce\xfa\xed\xfe", Program.MACH_O),
    (b"\xcf\xfa\xed\xfe", Program.MACH_O),
    (b"\xca\xfe\xba\xbe", Program.MACH_O_OR_JAVA),
    (b"\x00asm", Program.WEB_ASSEMBLY),
    (b"BC\xc0\xde", Program.BITCODE),
    (b"dex\n0", Program.ANDROID),
    (b"\x1bLua", Program.LUA),
    (b"!<arch>\n", Program.OBJECTS),
)
_BYTECODE = frozenset({".pyc", ".pyo", ".pyd"})
_COMPILED = later(rb".[\x0b-\x0e]\r\n.{4}(?:.{4}){0,2}[\x63\xe3]\x00\x00\x00\x00|[\x63\xe3]\x00\x00\x00\x00.{12}", re.DOTALL)
"""The magic number of CPython 3 and a code object behind it, or a bare code object as ``marshal`` writes it (Lib/importlib, marshal.c)."""
_NATIVE = listed(".so .dylib .dll .exe .com .scr .sys .a .lib .o .obj .ko .node .wasm .elf .class .dex .bc .nexe .xll .ocx .cpl")


def program(name: str, content: bytes) -> Program | None:
    """What a file is when it is a program that no audit reads."""
    suffix = suffix_of(name)
    if suffix in _BYTECODE or _COMPILED.match(content):
        return Program.BYTECODE
    for magic, kind in _MAGIC:
        if content.startswith(magic):
            return kind
    if content.startswith(b"MZ") and len(content) > 0x40:
        offset = int.from_bytes(content[0x3C:0x40], "little")
        if content[offset : offset + 4] == b"PE\0\0":
            return Program.WINDOWS
    return Program.BY_NAME if suffix in _NATIVE else None
