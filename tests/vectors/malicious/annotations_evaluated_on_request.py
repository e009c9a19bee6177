# expect: DYN-004
import inspect

inspect.get_annotations(print, eval_str=True)
