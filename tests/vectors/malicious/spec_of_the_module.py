# expect: IMP-003
__spec__.loader
