# expect: REF-001
object.__subclasses__()
