# expect: IMP-007
import resource

resource.setrlimit(resource.RLIMIT_AS, (-1, -1))
