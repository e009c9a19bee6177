# expect: SRC-005
text = "hello󠁡󠁢"
