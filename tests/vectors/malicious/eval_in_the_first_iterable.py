# expect: DYN-001
values = [eval for eval in [eval]]
