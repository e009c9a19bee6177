# expect: REF-006
import builtins

held = {'b': builtins}
