# expect: none
"""This module never touches __globals__ or __subclasses__: see the notes."""

NOTE = "Objects have __dict__ and __class__, and that is all there is to say about it."
