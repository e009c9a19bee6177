# expect: SRC-003
"""A check that is a comment."""

# the caller is checked:if not allowed(): raise PermissionError
print("done")
