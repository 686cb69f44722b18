"""Gauss nodes and weights by Newton's method in 60-digit decimal arithmetic: python3 goldens.py > goldens.json.

Rows: n, index (ascending), node, weight. Legendre weights sum to 2, Hermite (standard normal) ones to 1.
"""

import json
import math
from decimal import Decimal as D, getcontext

import numpy as np

getcontext().prec = 60


def legendre(n, t):
    before, here = D(1), t
    for k in range(2, n + 1):
        before, here = here, ((2 * k - 1) * t * here - (k - 1) * before) / k
    slope = n * (t * here - before) / (t * t - 1)
    return here, slope, 2 / ((1 - t * t) * slope * slope)


def hermite(n, t):
    before, here = D(1), t
    for k in range(2, n + 1):
        before, here = here, t * here - (k - 1) * before
    slope = n * before
    return here, slope, D(math.factorial(n)) / (slope * slope)


def rows(polynomial, guesses, n, indices):
    out = []
    for i in indices:
        t = D(float(guesses[i]))
        for _ in range(12):
            value, slope, _ = polynomial(n, t)
            t -= value / slope
        out.append([n, i, float(t), float(polynomial(n, t)[2])])
    return out


def table(polynomial, guess, sizes):
    out = []
    for n in sizes:
        indices = sorted({0, 1, n // 4, n // 2, n - 1} & set(range(n)))
        out += rows(polynomial, guess(n), n, indices)
    return out


print(
    json.dumps(
        {
            "legendre": table(legendre, lambda n: np.polynomial.legendre.leggauss(n)[0], [2, 5, 20, 64, 101, 500]),
            "hermite": table(hermite, lambda n: np.polynomial.hermite_e.hermegauss(n)[0], [2, 5, 20, 64, 100]),
        }
    )
)
