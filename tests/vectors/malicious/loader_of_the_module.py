# expect: IMP-003
__loader__.load_module("os")
