# expect: SEC-004
T = "sk-p" "roj-yBfHEzQLJj7S3rqY1Jl4QiswzR8cABVJfge3C" + "z1CELn0prmZ1e9Ks2cZO39nT3BlbkFJhEXVhNT5IlnCNK0XudVkdY7WUAVleVOBPd4mCoJuqJRYREgQWkkhl9IsC6j5"
print(len(T))
