# expect: none
--- README.md
# Lint

`--ignore RULES` ignores rules. A file `.lintignore` overrides the default rules; its own rules override the existing rules of the folder above.
