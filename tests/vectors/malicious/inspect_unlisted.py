# expect: IMP-008
import inspect

inspect.getsource(print)
