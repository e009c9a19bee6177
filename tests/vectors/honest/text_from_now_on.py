# expect: none
--- README.md
# Changes

## 2.0

From now on, use `load` in place of `read`. From this version on you can pass a list. From now on the parser rejects tabs.
