# expect: SRC-007
from .m0 import x

print("got", x.system("true"))
--- m0.py
from .m1 import x
--- m1.py
from .m2 import x
--- m2.py
from .m3 import x
--- m3.py
from .m4 import x
--- m4.py
from .m5 import x
--- m5.py
from .m6 import x
--- m6.py
from .m7 import x
--- m7.py
from .m8 import x
--- m8.py
from .m9 import x
--- m9.py
from .m10 import x
--- m10.py
from .m11 import x
--- m11.py
from .m12 import x
--- m12.py
from .m13 import x
--- m13.py
from .m14 import x
--- m14.py
from .m15 import x
--- m15.py
from .m16 import x
--- m16.py
from .m17 import x
--- m17.py
from .m18 import x
--- m18.py
from .m19 import x
--- m19.py
from .m20 import x
--- m20.py
from .m21 import x
--- m21.py
from .m22 import x
--- m22.py
from .m23 import x
--- m23.py
from .m24 import x
--- m24.py
from .m25 import x
--- m25.py
from .m26 import x
--- m26.py
from .m27 import x
--- m27.py
from .m28 import x
--- m28.py
from .m29 import x
--- m29.py
from .m30 import x
--- m30.py
from .m31 import x
--- m31.py
from .m32 import x
--- m32.py
from .m33 import x
--- m33.py
from .m34 import x
--- m34.py
from .m35 import x
--- m35.py
from .m36 import x
--- m36.py
from .m37 import x
--- m37.py
from .m38 import x
--- m38.py
from .m39 import x
--- m39.py
from .m40 import x
--- m40.py
from .m41 import x
--- m41.py
from .m42 import x
--- m42.py
from .m43 import x
--- m43.py
from .m44 import x
--- m44.py
from .m45 import x
--- m45.py
from .m46 import x
--- m46.py
from .m47 import x
--- m47.py
from .m48 import x
--- m48.py
from .m49 import x
--- m49.py
from .m50 import x
--- m50.py
from .m51 import x
--- m51.py
from .m52 import x
--- m52.py
from .m53 import x
--- m53.py
from .m54 import x
--- m54.py
from .m55 import x
--- m55.py
from .m56 import x
--- m56.py
from .m57 import x
--- m57.py
from .m58 import x
--- m58.py
from .m59 import x
--- m59.py
from .m60 import x
--- m60.py
from .m61 import x
--- m61.py
from .m62 import x
--- m62.py
from .m63 import x
--- m63.py
from .m64 import x
--- m64.py
from .m65 import x
--- m65.py
from .m66 import x
--- m66.py
from .m67 import x
--- m67.py
from .m68 import x
--- m68.py
from .m69 import x
--- m69.py
from .m70 import x
--- m70.py
from .m71 import x
--- m71.py
import os as x
