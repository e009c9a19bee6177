# expect: none
--- README.md
# Mail

Keep passwords secret. Hides the password field from other users' screens. Do not show stack traces to users.

