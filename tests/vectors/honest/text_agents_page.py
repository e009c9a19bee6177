# expect: none
--- README.md
# For agents

You are given a city. Ask the user for it if it is missing. Call `look` with it. Report what it returns, and say so if it fails. Keep answers short. Do not guess.

