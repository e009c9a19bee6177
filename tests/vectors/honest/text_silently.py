# expect: none
--- README.md
# Copy

Silently ignores files that are missing. Existing files are silently overwritten. Runs quietly in cron.
