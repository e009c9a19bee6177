# expect: none
--- README.md
# Maps

Always call this tool first when you need coordinates. Then call `route` with them.
