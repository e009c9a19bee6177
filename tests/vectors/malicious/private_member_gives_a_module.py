# expect: IMP-010
import importlib.resources

importlib.resources._common.resolve("os")
