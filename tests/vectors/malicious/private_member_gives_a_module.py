# expect: IMP-003
import importlib.resources

importlib.resources._common.resolve("os")
