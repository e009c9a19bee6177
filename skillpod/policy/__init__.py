"""The operator's rules, and the only place where an Admission is made."""
