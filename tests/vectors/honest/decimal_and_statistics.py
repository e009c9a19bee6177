# expect: none
import decimal
import fractions
import statistics

decimal.getcontext().prec = 10
print(statistics.mean([1, 2]), fractions.Fraction(1, 3))
