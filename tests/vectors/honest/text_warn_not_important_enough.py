# expect: none
--- README.md
# Files

These changes are not important enough to warn the user. Users may not be aware that experimental features are in use.
