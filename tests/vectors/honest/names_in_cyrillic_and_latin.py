# expect: none
имя_файла = "x"
get_имя = len
сумма_usd = 3
print(имя_файла, get_имя(имя_файла), сумма_usd)
