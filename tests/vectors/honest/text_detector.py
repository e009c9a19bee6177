# expect: none
--- README.md
# Guard

Detects prompt injection, such as "ignore all previous instructions" or "do not tell the user".
