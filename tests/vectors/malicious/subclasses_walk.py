# expect: REF-001
().__class__.__base__.__subclasses__()
