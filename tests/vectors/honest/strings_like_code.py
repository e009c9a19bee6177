# expect: none
EXAMPLES = ["import os", "eval(x)", "os.system('id')", "__import__('os')"]
QUERY = "select __typename from t"
