"""The NumPy side of bench.mjs: one JSON request a line on stdin, one JSON answer (ns a pair) a line on stdout."""

import json
import sys
import time

import numpy as np

cases = {}


def softmax(x):
    """One velocity of softmax attention with Q = K = V = I, β = 1."""
    s = x @ x.T
    s -= s.max(1, keepdims=True)
    np.exp(s, out=s)
    return (s @ x) / s.sum(1, keepdims=True)


def prepare(kernel, n, d):
    """A function of no arguments and its number of pairs."""
    rng = np.random.default_rng(20240607)
    if kernel == "product":
        a, b = rng.normal(size=(d, d)), rng.normal(size=(d, d))
        return (lambda: a @ b), d**3
    if kernel == "normals":
        draws = np.random.Generator(np.random.Philox(1))
        return (lambda: draws.standard_normal(n)), n
    x = rng.normal(size=(n, d))
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    return (lambda: softmax(x)), n * n


print(json.dumps({"version": np.__version__}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    key = (request["kernel"], request["n"], request["d"])
    if key not in cases:
        cases[key] = prepare(*key)
        cases[key][0]()
    run, pairs = cases[key]
    count = max(1, int(2e6 / pairs))
    start = time.perf_counter()
    for _ in range(count):
        run()
    print(json.dumps({"ns": (time.perf_counter() - start) * 1e9 / (count * pairs)}), flush=True)
