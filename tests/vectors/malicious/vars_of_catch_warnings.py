# expect: REF-005
import warnings

module = [each for each in vars(warnings.catch_warnings()).values() if hasattr(each, "warn")][0]
print("got", vars(vars(module)["sys"])["modules"]["os"].system("true"))
