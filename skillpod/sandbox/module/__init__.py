"""Module isolation: a trusted publisher's skill as restricted Python inside this process. Not a security boundary."""
