"""How a guest reaches hosts by leave: what a grant covers, which addresses may be dialled, and the connections it was handed."""
