# expect: REF-011
import types

A = types.new_class("A", ())
