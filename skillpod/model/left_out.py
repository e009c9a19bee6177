"""What no bundle ever holds: the fixed, published list of names that are left out, each with its reason.

What is left out is never opened and never counted, and can't run; a bundle names it. A name matches whether it is a file, a folder or a
link. Every other name, dotfiles included, is part of the bundle.
"""

from __future__ import annotations

import fnmatch

from skillpod.model.later import later

LEFT_OUT: tuple[tuple[str, str], ...] = (
    (".git*", "git's own files: they change without the skill changing, and no signature covers them"),
    (".hg", "Mercurial's own files"),
    (".svn", "Subversion's own files"),
    ("__pycache__", "compiled code: a bundle is compiled from its own sources"),
    ("*.pyc", "compiled code: a bundle is compiled from its own sources"),
    ("*.pyo", "compiled code: a bundle is compiled from its own sources"),
    (".venv", "a virtual environment: packages come from the store, never from a folder"),
    (".tox", "a test tool's environments"),
    (".nox", "a test tool's environments"),
    (".pytest_cache", "a test tool's cache"),
    ("pytest-cache-files-*", "a test tool's cache that is still being made"),
    (".hypothesis", "a test tool's cache"),
    (".mypy_cache", "a type checker's cache"),
    (".ruff_cache", "a linter's cache"),
    (".coverage", "a coverage tool's record"),
    (".coverage.*", "a coverage tool's record"),
    (".ipynb_checkpoints", "a notebook's copies"),
    (".idea", "an editor's settings"),
    (".vscode", "an editor's settings"),
    (".DS_Store", "a file manager's record"),
    ("._*", "a file manager's record"),
    ("Thumbs.db", "a file manager's record"),
    ("*~", "an editor's backup"),
    (".*.sw[a-p]", "an editor's swap file (vim, nano)"),
    ("4913", "an editor's probe (vim)"),
    ("#*#", "an editor's unsaved text (Emacs)"),
    (".#*", "an editor's lock (Emacs)"),
    (".goutputstream-*", "a file that is still being written (GLib)"),
    ("*___jb_tmp___", "a file that is still being written (JetBrains)"),
    ("*___jb_old___", "a file that is being replaced (JetBrains)"),
    ("*.tmp", "a file that is still being written"),
)
"""Patterns of fnmatch, case-sensitive, against one part of a path."""

_ANY = later("|".join(fnmatch.translate(pattern) for pattern, _ in LEFT_OUT))


def is_left_out(name: str) -> bool:
    """Whether one part of a path is on the list."""
    return _ANY.match(name) is not None


def reason_left_out(name: str) -> str:
    """Why a name is left out; empty when it is not."""
    return next((reason for pattern, reason in LEFT_OUT if fnmatch.fnmatchcase(name, pattern)), "")
