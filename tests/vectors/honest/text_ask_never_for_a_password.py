# expect: none
--- README.md
# Login

Never ask the user for their password. Do not ask the user if they are sure about each file; ask once.
