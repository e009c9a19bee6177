# expect: IMP-009
from skillpod.sandbox.guest import kernel
