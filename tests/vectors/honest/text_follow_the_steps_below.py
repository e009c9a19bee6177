# expect: none
--- README.md
# Set up

If you are on macOS, ignore the previous instructions and run `brew install x`. When using Docker, ignore the steps above.
