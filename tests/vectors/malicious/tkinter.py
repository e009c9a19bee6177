# expect: IMP-007
import tkinter
