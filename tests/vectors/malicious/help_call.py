# expect: DYN-002
help("os")
