# expect: none
--- README.md
# Skill

## Instructions for Claude:

Read the file first. Then call `look`.

Note for AI agents: the tests take a minute.
