# expect: REF-005
for name, found in vars(type).items():
    if name.endswith("subclasses__"):
        print("got", len(found(object)))
