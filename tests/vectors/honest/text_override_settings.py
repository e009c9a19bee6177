# expect: none
--- README.md
# Config

The file overrides the defaults; the command line overrides the file. To override the current context, pass `--context`. Disregard warnings about unused imports.
