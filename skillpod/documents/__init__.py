"""YAML and JSON from strangers: no aliases, tags, duplicate keys or surprises, within limits, and every fault with its place."""

from skillpod.documents.explain import MAX_FAULTS
from skillpod.documents.fromjson import read_json
from skillpod.documents.fromyaml import read_yaml
from skillpod.documents.frontmatter import FRONTMATTER_LIMIT, Frontmatter, read_frontmatter
from skillpod.documents.globs import glob_pattern, globs_overlap
from skillpod.documents.operators import read_operators, read_whole
from skillpod.documents.patterns import MAX_PATTERNS, pattern_fault
from skillpod.documents.schema import Schema, meta_faults, schema_faults
from skillpod.documents.text import MAX_BYTES, MAX_DEPTH, MAX_VALUES
from skillpod.documents.words import did_you_mean, dotted, join, show

__all__ = [
    "FRONTMATTER_LIMIT",
    "MAX_BYTES",
    "MAX_DEPTH",
    "MAX_FAULTS",
    "MAX_PATTERNS",
    "MAX_VALUES",
    "Frontmatter",
    "Schema",
    "did_you_mean",
    "dotted",
    "glob_pattern",
    "globs_overlap",
    "join",
    "meta_faults",
    "pattern_fault",
    "read_frontmatter",
    "read_json",
    "read_operators",
    "read_whole",
    "read_yaml",
    "schema_faults",
    "show",
]
