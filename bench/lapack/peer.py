"""The NumPy side of bench.mjs: one JSON request a line on stdin, one JSON answer a line on stdout."""

import base64
import json
import sys
import time

import numpy as np

def answer(value):
    """One line of stdout; what has no marker before it is skipped by startPython of @meanfield/kernels/bench."""
    print("meanfield-answer", json.dumps(value), flush=True)


OPERATIONS = {
    "matMul": lambda m: m["general"] @ m["spd"],
    "cholesky": lambda m: np.linalg.cholesky(m["spd"]),
    "solveLinear": lambda m: np.linalg.solve(m["general"], m["spd"][0]),
    "qr": lambda m: np.linalg.qr(m["general"]),
    "symmetricEigen": lambda m: np.linalg.eigh(m["spd"]),
    "svd": lambda m: np.linalg.svd(m["general"], full_matrices=False),
    "eigenvalues": lambda m: np.linalg.eigvals(m["general"]),
}

matrices = {}
answer({"version": np.__version__})
for line in sys.stdin:
    request = json.loads(line)
    d = request["d"]
    for name, text in request.get("matrices", {}).items():
        matrices[name] = np.frombuffer(base64.b64decode(text)).reshape(d, d).copy()
    count = request.get("count", 0)
    start = time.perf_counter()
    for _ in range(count):
        OPERATIONS[request["operation"]](matrices)
    answer({"ms": (time.perf_counter() - start) * 1e3 / max(count, 1)})
