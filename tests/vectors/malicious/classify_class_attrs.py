# expect: REF-009
import inspect

for each in inspect.classify_class_attrs(type):
    if each.name.endswith("subclasses__"):
        print("got", len(each.object(object)))
