# expect: SRC-008
ｅｖａｌ("1+1")
