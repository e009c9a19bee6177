# expect: none
--- README.md
# Parser

A line of --- END OF DOCUMENT --- ends a document. Lines behind `[END OF FILE]` are left out.

