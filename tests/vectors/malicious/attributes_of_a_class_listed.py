# expect: REF-009
import inspect

found = {each.name: each.object for each in inspect.classify_class_attrs(type)}
