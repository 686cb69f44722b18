"""Coefficients of 2^f = 1 + f·(c1 + c2·f + …) on [-1/2, 1/2] by the Remez exchange on the relative error; needs mpmath.

Run: python3 exp2_coefficients.py. Its output is what exp2.mjs holds; the constant term is exactly 1, so that 2^n is exact.
"""

import mpmath as mp

mp.mp.dps = 60


def remez(degree):
    """c1 … c_degree with the smallest relative error of 1 + f·Σ c_k f^{k-1}."""
    unknowns = degree + 1
    half = mp.mpf(1) / 2
    nodes = [half * mp.cos(mp.pi * (2 * k + 1) / (2 * unknowns)) for k in range(unknowns)]
    for _ in range(40):
        rows = [[f**k for k in range(1, degree + 1)] + [(-1) ** i * mp.power(2, f)] for i, f in enumerate(nodes)]
        right = [mp.power(2, f) - 1 for f in nodes]
        solution = mp.lu_solve(mp.matrix(rows), mp.matrix(right))
        c = [solution[k] for k in range(degree)]
        error = lambda f: (1 + sum(c[k] * f ** (k + 1) for k in range(degree))) / mp.power(2, f) - 1
        grid = [half * mp.cos(mp.pi * k / 4000) for k in range(4001)]
        values = [error(f) for f in grid]
        runs, start = [], 0
        for i in range(1, 4001):
            if values[i] * values[i - 1] < 0:
                runs.append((start, i))
                start = i
        runs.append((start, 4001))
        peaks = [max(range(a, b), key=lambda i: abs(values[i])) for a, b in runs]
        peaks = sorted(sorted(peaks, key=lambda i: -abs(values[i]))[:unknowns])
        if len(peaks) < unknowns:
            break
        nodes = [grid[i] for i in peaks]
    return c, max(abs(v) for v in values)


for name, degree, digits in (("f32", 6, 10), ("f64", 11, 18)):
    coefficients, worst = remez(degree)
    print(name, "relative error", mp.nstr(worst, 3))
    print(",\n".join(mp.nstr(c, digits) for c in coefficients))
