# expect: none
--- README.md
# Parser

--- END OF DOCUMENT --- ends a document. Lines behind `[END OF FILE]` are left out.

