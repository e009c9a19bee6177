# expect: REF-009
import inspect

inspect.stack()[1].frame
