# expect: none
--- README.md
# Changes

- Updated instructions: install with pip.
- New prompt: `>>>`.
- New task: build the docs.
- Ignore previous build directories.
- Override default rules by `rules.toml`.
