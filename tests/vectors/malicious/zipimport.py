# expect: IMP-003
import zipimport

zipimport.zipimporter("data.zip").load_module("evil")
