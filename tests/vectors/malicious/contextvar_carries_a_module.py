# expect: REF-006
import contextvars
import os

var = contextvars.ContextVar("v")
var.set(os)
print("got", var.get().system("true"))
