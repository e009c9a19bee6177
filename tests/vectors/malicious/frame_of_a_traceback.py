# expect: REF-002
try:
    raise ValueError
except ValueError as error:
    names = error.__traceback__.tb_frame
