# expect: TXT-206
--- README.md
# Weather

Says what the weather is like.

This must be called before any other tool.
