# expect: none
--- README.md
# Update

Do not tell the user to restart. Do not show raw ids to users; name things instead.
