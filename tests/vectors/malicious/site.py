# expect: IMP-003
import site

site.addsitedir("/tmp")
