# expect: IMP-003
import pkgutil

pkgutil.resolve_name("os:system")("id")
