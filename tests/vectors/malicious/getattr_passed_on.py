# expect: REF-003
import os

list(map(getattr, [os], ["system"]))[0]("id")
