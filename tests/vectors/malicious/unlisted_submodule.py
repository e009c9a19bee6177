# expect: IMP-008
import email.not_a_module
