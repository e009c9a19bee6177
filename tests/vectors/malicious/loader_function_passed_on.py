# expect: IMP-003
import importlib.resources

bring = [importlib.import_module][0]
print("got", list(map(importlib.import_module, ["os"]))[0].system("true"))
