"""The NumPy/SciPy side of bench.mjs: one JSON request a line on stdin, one JSON answer a line on stdout."""

import base64
import json
import sys
import time

import numpy as np
import scipy
from scipy import linalg

OPERATIONS = {
    "matMul": lambda m: m["general"] @ m["spd"],
    "cholesky": lambda m: np.linalg.cholesky(m["spd"]),
    "solveLinear": lambda m: np.linalg.solve(m["general"], m["spd"][0]),
    "qr": lambda m: np.linalg.qr(m["general"]),
    "symmetricEigen": lambda m: np.linalg.eigh(m["spd"]),
    "svd": lambda m: np.linalg.svd(m["general"]),
    "realSchur": lambda m: linalg.schur(m["general"]),
    "eigenvalues": lambda m: np.linalg.eigvals(m["general"]),
    "expm": lambda m: linalg.expm(m["general"]),
    "sqrtm": lambda m: linalg.sqrtm(m["spd"]),
    "logm": lambda m: linalg.logm(m["spd"]),
    "lyapunov": lambda m: linalg.solve_continuous_lyapunov(m["general"], m["spd"]),
}


def answer(value):
    """One line of stdout; what has no marker before it is skipped by startPython of @meanfield/kernels/bench."""
    print("meanfield-answer", json.dumps(value), flush=True)


def libraries():
    """The BLAS and LAPACK that are loaded, from the process map where there is one."""
    try:
        with open("/proc/self/maps") as maps:
            paths = {line.split()[-1] for line in maps if "blas" in line or "lapack" in line}
    except OSError:
        return []
    return sorted(p.split("/")[-1] for p in paths if ".so" in p and "python" not in p.split("/")[-1])


matrices = {}
answer({"numpy": np.__version__, "scipy": scipy.__version__, "libraries": libraries()})
for line in sys.stdin:
    request = json.loads(line)
    d = request["d"]
    for name, text in request.get("matrices", {}).items():
        matrices[name] = np.frombuffer(base64.b64decode(text)).reshape(d, d).copy()
    run = OPERATIONS.get(request.get("operation"), lambda m: None)
    count = request.get("count", 0)
    start = time.perf_counter()
    for _ in range(count):
        run(matrices)
    answer({"ms": (time.perf_counter() - start) * 1e3 / max(count, 1)})
