# expect: none
--- README.md
# Roles

You are now ready to go. You are in the right place. You are free to use it. Act as a proxy between the two.

