"""The SciPy side of bench.mjs: DOP853 on the covariance equation with a NumPy right-hand side, one request a line."""

import base64
import json
import sys
import time

import numpy as np
import scipy
from scipy.integrate import solve_ivp


def answer(value):
    """One line of stdout; what has no marker before it is skipped by startPython of @meanfield/kernels/bench."""
    print("meanfield-answer", json.dumps(value), flush=True)


def array(text, *shape):
    return np.frombuffer(base64.b64decode(text)).reshape(shape)


answer({"version": scipy.__version__})
problem = None
for line in sys.stdin:
    request = json.loads(line)
    if "setup" in request:
        d, heads = request["setup"]["d"], request["setup"]["heads"]
        A = array(request["setup"]["A"], heads, d, d)
        V = array(request["setup"]["V"], heads, d, d)
        W = array(request["setup"]["W"], d, d)

        def rate(_t, y):
            S = y.reshape(d, d)
            F = W.copy()
            for h in range(heads):
                F += V[h] @ (S @ A[h])
            X = F @ S
            return (X + X.T).ravel()

        answer({"ready": True})
        continue
    start, work = time.perf_counter(), time.process_time()
    found = solve_ivp(rate, (0, 1), np.eye(d).ravel(), method="DOP853", rtol=request["rtol"], atol=request["atol"])
    seconds, processor = time.perf_counter() - start, time.process_time() - work
    end = base64.b64encode(np.ascontiguousarray(found.y[:, -1]).tobytes()).decode()
    answer({"seconds": seconds, "processor": processor, "evaluations": int(found.nfev), "end": end})
