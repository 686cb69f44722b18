"""Modified Bessel functions from their power series in 50-digit decimal arithmetic (every term is positive).

python3 bessel-goldens.py > bessel-goldens.json
Rows: order, x, e^{-x} I_order(x) (0 where below the float64 range), log I_order(x), I_{order+1}(x)/I_order(x).
"""

import json
from decimal import Decimal as D, getcontext

getcontext().prec = 50
getcontext().Emin = -(10**9)
getcontext().Emax = 10**9


def atan_inverse(n):
    total, power, k = D(0), D(1) / n, 0
    while abs(power) > D(10) ** -60:
        total += (-1) ** k * power / (2 * k + 1)
        power /= n * n
        k += 1
    return total


ROOT_PI = (4 * (4 * atan_inverse(5) - atan_inverse(239))).sqrt()


def gamma_of_half(twice):
    value, k = (D(1), 2) if twice % 2 == 0 else (ROOT_PI, 1)
    while k < twice:
        value *= D(k) / 2
        k += 2
    return value


def bessel_i(twice, x):
    x = D(x)
    order = D(twice) / 2
    term = (order * (x / 2).ln()).exp() / gamma_of_half(twice + 2)
    total, k = term, 0
    while term > total * D(10) ** -45:
        k += 1
        term *= x * x / 4 / (k * (k + order))
        total += term
    return total


def row(twice, x):
    value, following = bessel_i(twice, x), bessel_i(twice + 2, x)
    return [twice / 2, x, float(value * (-D(x)).exp()), float(value.ln()), float(following / value)]


orders = [0, 1, 2, 3, 9, 14, 40, 95, 200, 601, 1290, 2000]
arguments = [1e-120, 1e-20, 1e-3, 0.7, 5.3, 34.2, 39.99, 40.01, 110.0, 1234.5, 6180.0, 10000.0]
print("[\n" + ",\n".join("  " + json.dumps(row(n, x)) for n in orders for x in arguments) + "\n]")
