"""Reference values and Chebyshev coefficients in 100-digit decimal arithmetic, from the defining series only.

python3 goldens.py > goldens.json; python3 goldens.py coefficients prints the tables of scaled-erfc.ts.
"""

import json
import sys
from decimal import Decimal as D, getcontext

getcontext().prec = 160


def atan_inverse(n):
    total, power, k = D(0), D(1) / n, 0
    while abs(power) > D(10) ** -155:
        total += (-1) ** k * power / (2 * k + 1)
        power /= n * n
        k += 1
    return total


PI = 4 * (4 * atan_inverse(5) - atan_inverse(239))


def erf_series(x):
    term, total, n = x, x, 0
    while n < 10 or abs(term) > D(10) ** -150:
        n += 1
        term = -term * x * x / n
        total += term / (2 * n + 1)
    return 2 / PI.sqrt() * total


def erfcx(x):
    if x < 8:
        return (x * x).exp() * (1 - erf_series(x))
    fraction = x
    for k in range(600, 0, -1):
        fraction = x + D(k) / 2 / fraction
    return 1 / (PI.sqrt() * fraction)


def erfc(x):
    return 1 - erf_series(x) if x < 8 else erfcx(x) * (-x * x).exp()


def normal_cdf(x):
    return erfc(-x / D(2).sqrt()) / 2


def normal_pdf(x):
    return (-x * x / 2).exp() / (2 * PI).sqrt()


def normal_quantile(p):
    if p == D("0.5"):
        return D(0)
    if p > D("0.5"):
        return -normal_quantile(1 - p)
    x = -(-2 * p.ln()).sqrt() if p < D("0.02") else (p - D("0.5")) * D("2.5")
    for _ in range(60):
        step = (normal_cdf(x) / p).ln() * normal_cdf(x) / normal_pdf(x)
        x -= step
        if abs(step) < D(10) ** -60:
            return x
    raise ArithmeticError(p)


def bernoulli(count):
    row, out = [], []
    from fractions import Fraction

    for m in range(count):
        row.append(Fraction(1, m + 1))
        for j in range(m, 0, -1):
            row[j - 1] = j * (row[j - 1] - row[j])
        out.append(row[0])
    return out


BERNOULLI = bernoulli(81)


def log_gamma(x):
    if x < 0:
        return (PI / abs(sine(PI * x))).ln() - log_gamma(1 - x)
    product = D(1)
    while x < 60:
        product *= x
        x += 1
    total = (x - D("0.5")) * x.ln() - x + (2 * PI).ln() / 2
    for k in range(1, 40):
        b = BERNOULLI[2 * k]
        total += D(b.numerator) / D(b.denominator) / (2 * k * (2 * k - 1)) / x ** (2 * k - 1)
    return total - product.ln()


def sine(x):
    term, total, n = x, x, 1
    while abs(term) > D(10) ** -150:
        term = -term * x * x / ((n + 1) * (n + 2))
        n += 2
        total += term
    return total


def cosine(x):
    return sine(PI / 2 - x)


def chebyshev(count, scale):
    nodes = 64
    angles = [PI * (2 * k + 1) / (2 * nodes) for k in range(nodes)]
    values = []
    for angle in angles:
        t = cosine(angle)
        x = scale * (1 + t) / (1 - t)
        values.append((1 + 2 * x) * erfcx(x))
    return [
        sum((v * cosine(j * a) for v, a in zip(values, angles)), D(0)) * (2 if j else 1) / nodes for j in range(count)
    ]


def table(f, xs):
    return [[x, float(f(D(x)))] for x in xs]


def main():
    if sys.argv[1:] == ["coefficients"]:
        print("\n".join(f"{float(c)!r}," for c in chebyshev(34, D("3.75"))))
        return
    grid = [1e-300, 1e-20, 1e-8, 0.1, 0.3, 0.49, 0.5, 0.51, 0.7, 0.84, 0.99, 1.0, 1.01, 1.25, 1.7, 2.0, 2.6, 3.0, 3.9, 4.7]
    tail = [5.3, 6.1, 7.7, 9.0, 11.3, 14.0, 18.1, 22.2, 26.0]
    lower = [1e-300, 1e-100, 1e-40, 1e-20, 5.4e-20, 1e-16, 1e-12, 1e-9, 1e-6, 1e-3, 0.02, 0.0749, 0.0751, 0.2, 0.45, 0.499999]
    upper = [0.5000001, 0.6, 0.924, 0.926, 0.99, 0.999999, 1 - 2**-53]
    gamma = [1e-10, 0.1, 0.3, 0.5, 0.7, 0.999999, 1.000001, 1.3, 1.49, 1.51, 1.9, 1.99999, 2.00001, 2.4, 2.6, 3.7, 8.2]
    gamma += [14.9, 15.1, 30.5, 100.25, 1e3, 1e6, 1e15, -0.5, -1.5, -3.3, -10.7]
    print(
        json.dumps(
            {
                "erf": table(erf_series, grid),
                "erfc": table(erfc, [-3.0, -1.0, -0.3] + grid + tail),
                "normalCdf": table(normal_cdf, [-37.0, -20.3, -11.1, -8.0, -3.3, -1.0, -0.6, -0.2, 0.0, 0.4, 1.2, 5.0]),
                "normalPdf": table(normal_pdf, [-37.9, -12.3, -2.2, 0.0, 0.7, 5.1, 30.03]),
                "normalQuantile": table(normal_quantile, lower + upper),
                "logGamma": table(log_gamma, gamma),
            }
        )
    )


main()
