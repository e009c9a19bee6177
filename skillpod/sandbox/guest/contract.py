"""What a skill imports, wherever this side keeps it: ``skillpod.sdk`` on a host, ``skillpod`` itself inside a guest."""

from __future__ import annotations

try:
    from skillpod.sdk import MARK, Audio, Cancelled, Content, Context, File, Image, StateError
except ImportError:  # inside a guest `skillpod` is that file, and no package
    from skillpod import MARK, Audio, Cancelled, Content, Context, File, Image, StateError  # type: ignore[attr-defined,no-redef,unused-ignore]  # SAFE: the guest's `skillpod` has them, the host's has not all

__all__ = ["MARK", "Audio", "Cancelled", "Content", "Context", "File", "Image", "StateError"]
