"""The members of each module, in words: a line begins with what those named after it reach."""
