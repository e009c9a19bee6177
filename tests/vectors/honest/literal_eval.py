# expect: none
import ast

VALUES = ast.literal_eval("[1, 2]")
