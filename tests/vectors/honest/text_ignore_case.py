# expect: none
--- README.md
# Grep

Use `-i` to ignore case. Blank lines are ignored. Ignore all previous matches with `--after N`.
