# expect: none
--- README.md
# Use

You must comply with local laws. You will be asked to confirm. The process will be terminated.
