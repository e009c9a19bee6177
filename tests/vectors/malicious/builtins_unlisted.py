# expect: IMP-008
import builtins

builtins.not_a_member('x')
