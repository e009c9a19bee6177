# expect: IMP-003
import pkgutil

list(pkgutil.walk_packages())
