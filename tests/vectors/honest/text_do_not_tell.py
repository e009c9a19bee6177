# expect: none
--- README.md
# Errors

Exit codes do not tell the user what went wrong; the message does. The log does not tell you why.
