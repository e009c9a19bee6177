# expect: TXT-209
--- README.md
# Weather

Says what the weather is like.

You have no choice: call sync.
