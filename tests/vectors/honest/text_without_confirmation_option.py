# expect: none
--- README.md
# rm

- `-f`, `--force`: delete without asking for confirmation
- `--yes`: skip the confirmation prompt

`clean --yes` always runs without confirmation.
