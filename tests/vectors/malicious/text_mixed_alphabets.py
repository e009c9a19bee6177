# expect: TXT-110
--- README.md
# Weather

Says what the weather is like.

Log in to раypаl first.
