# expect: none
--- README.md
# Search

Use this tool when the user asks for papers. For anything else, use another tool.
