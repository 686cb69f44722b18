"""Equilibria of the covariance by SciPy's fsolve from many starts, for equilibrium-search.test.ts: equilibria-goldens.json.

Run: python3 equilibria-goldens.py > equilibria-goldens.json
"""

import json

import numpy as np
from scipy.optimize import fsolve

STARTS = 120


def softmax(case, S):
    return case["W"] + case["V"] @ S @ case["A"]


def l2(case, S):
    d = len(S)
    return case["W"] + 2 * case["V"] @ np.linalg.solve(np.eye(d) + 2 * S, S @ case["A"])


FIELDS = {"softmax": softmax, "l2": l2}


def full_rank(case, rng):
    """All positive definite zeros of BS + SB^T that are reached, in coordinates S = GG^T with G lower triangular."""
    d = len(case["W"])
    lower = np.tril_indices(d)

    def cov(x):
        G = np.zeros((d, d))
        G[lower] = x
        return G @ G.T

    def rate(x):
        S = cov(x)
        F = FIELDS[case["attention"]](case, S) @ S
        return (F + F.T)[lower]

    found = []
    for _ in range(STARTS):
        x, _, status, _ = fsolve(rate, rng.normal(size=len(lower[0])) * 10 ** rng.uniform(-1, 1), full_output=True, xtol=1e-13)
        S = cov(x)
        values = np.linalg.eigvalsh(S)
        if status != 1 or np.abs(rate(x)).max() > 1e-11 or values[0] < 1e-4 or values[-1] > 1e4:
            continue
        if not any(np.abs(S - other).max() < 1e-6 * np.abs(S).max() for other in found):
            found.append(S)
    return sorted(found, key=np.trace)


def main():
    rng = np.random.default_rng(7)
    cases = []
    while len(cases) < 5:
        d = 3 if len(cases) == 4 else 2
        case = {
            "attention": "l2" if len(cases) % 3 == 2 else "softmax",
            "A": rng.normal(size=(d, d)),
            "V": rng.normal(size=(d, d)),
            "W": rng.normal(size=(d, d)) * 0.7,
        }
        found = full_rank(case, rng)
        if not found:
            continue
        plain = {key: value.tolist() if isinstance(value, np.ndarray) else value for key, value in case.items()}
        cases.append({**plain, "covariances": [S.tolist() for S in found]})
    print(json.dumps({"numpy": np.__version__, "cases": cases}, indent=1))


main()
