# expect: IMP-008
import inspect

inspect._findclass(print)
