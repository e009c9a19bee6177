# expect: none
QUERY = "select a_b " + "from c_d " + "where e_f = " + str(1) + " and g_h"
HELP = "see " + "__version__"
