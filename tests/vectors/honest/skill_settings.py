# expect: none
"""Reads settings in several forms."""

from __future__ import annotations

import configparser
import json
import os
import tomllib
from collections import ChainMap
from enum import Flag, IntEnum, StrEnum, auto
from importlib import resources
from pathlib import Path, PurePosixPath

from skillpod import Context, tool

from . import defaults
from .defaults import DEFAULTS, Level

try:
    import yaml
except ImportError:
    yaml = None

HERE = Path(__file__).parent
_LOADERS = {"json": json.loads, "toml": tomllib.loads}


class Right(Flag):
    READ = auto()
    WRITE = auto()
    ALL = READ | WRITE


class Mode(StrEnum):
    FAST = "fast"
    SAFE = "safe"


def _ini(text: str) -> dict:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(text)
    return {section: dict(parser[section]) for section in parser.sections()}


_LOADERS["ini"] = _ini
if yaml is not None:
    _LOADERS["yaml"] = yaml.safe_load


def __getattr__(name: str):
    if name == "KNOWN":
        return sorted(_LOADERS)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@tool(read_only=True)
def load(text: str, kind: str, ctx: Context) -> dict:
    """Read settings, over the defaults."""
    if kind not in _LOADERS:
        raise ValueError(f"one of {', '.join(_LOADERS)}, not {kind}")
    own = json.loads(ctx.read_text("more.json"))
    packaged = json.loads(resources.files(__package__).joinpath("more.json").read_text())
    merged = ChainMap(_LOADERS[kind](text), ctx.config, own, packaged, DEFAULTS)
    mode = Mode(merged.get("mode", "safe"))
    level = Level[merged.get("level", "INFO")]
    return {**merged, "mode": mode, "level": level.value, "rights": (Right.READ | Right.WRITE).name, "highest": max(Level).name}


@tool(read_only=True)
def where(name: str) -> dict:
    """Say how a path is taken apart."""
    path = PurePosixPath(name)
    return {"stem": path.stem, "suffixes": path.suffixes, "base": os.path.basename(name), "debug": os.environ.get("DEBUG", "0") == "1", "here": HERE.name, "count": len(vars(defaults))}
--- defaults.py
from enum import IntEnum

DEFAULTS = {"mode": "fast", "level": "WARNING"}


class Level(IntEnum):
    DEBUG = 10
    INFO = 20
    WARNING = 30
--- more.json
{"a": 1}
