"""Depths at which four tokens on the circle merge under softmax attention, by SciPy's Radau in log time, angles as states.

Run: python3 goldens.py > goldens.json
"""

import json

import numpy as np
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

BETA, RADIUS, END = 20.0, 0.01, 5e8
START = [0.0, 0.5, 2.0, 3.2]


def angles(s, theta):
    difference = theta[None, :] - theta[:, None]
    weights = np.exp(BETA * (np.cos(difference) - 1))
    speed = (weights * np.sin(difference)).sum(1) / weights.sum(1)
    return speed * np.exp(s)


run = solve_ivp(
    angles, (0, np.log1p(END)), START, method="Radau", rtol=1e-11, atol=1e-13, dense_output=True
)
merges = []
for a, b in ((0, 1), (2, 3)):
    gap = lambda s: run.sol(s)[b] - run.sol(s)[a] - RADIUS
    merges.append(float(np.expm1(brentq(gap, 0, np.log1p(END), xtol=1e-15))))
print(json.dumps({"beta": BETA, "start": START, "end": END, "merges": merges}, indent=2))
