"""What a researcher would run instead: attention by NumPy and by PyTorch, timed one sample at a time.

The other side of `meanfield bench`. One JSON request a line on stdin, {"peer", "kernel", "precision", "n", "d"}; one JSON
answer on stdout, {"ns", "cpuNs"}, in a line that begins with "meanfield-answer": nanoseconds a pair by the clock and by the
processor. Whatever else is printed there is skipped. The first answer says what there is. Tokens are uniform on the unit
sphere, Q = K = V = I, beta = 1. PyTorch is used where version 2 or newer can be imported. The number of threads comes from
OPENBLAS_NUM_THREADS, which has to be set before NumPy is loaded.
"""

import ctypes
import json
import os
import sys
import time

import numpy as np

threads = int(os.environ.get("OPENBLAS_NUM_THREADS", "1"))
try:
    import torch

    sdpa = torch.nn.functional.scaled_dot_product_attention
    torch.set_num_threads(threads)
except (ImportError, AttributeError):
    torch = sdpa = None

SAMPLE_SECONDS = 0.002
dtypes = {"f64": np.float64, "f32": np.float32}
cases = {}


def answer(value):
    """One line of stdout; what has no marker before it is skipped by startPython of @meanfield/kernels/bench."""
    print("meanfield-answer", json.dumps(value), flush=True)


def softmax(x):
    """One velocity of softmax attention with Q = K = V = I, beta = 1."""
    s = x @ x.T
    s -= s.max(1, keepdims=True)
    np.exp(s, out=s)
    return (s @ x) / s.sum(1, keepdims=True)


def sphere(n, d, precision):
    x = np.random.default_rng(20240607).normal(size=(n, d))
    return (x / np.linalg.norm(x, axis=1, keepdims=True)).astype(dtypes[precision])


def prepare(peer, kernel, precision, n, d):
    """A function of no arguments, and its number of pairs."""
    if kernel == "softmax":
        x = sphere(n, d, precision)
        if peer == "numpy":
            return (lambda: softmax(x)), n * n
        t = torch.from_numpy(x)[None, None]
        return (lambda: sdpa(t, t, t, scale=1.0)), n * n
    if kernel == "product":
        a, b = (np.random.default_rng(seed).normal(size=(d, d)).astype(dtypes[precision]) for seed in (1, 2))
        return (lambda: a @ b), d**3
    draws = np.random.Generator(np.random.Philox(1))
    return (lambda: draws.standard_normal(n)), n


def blas():
    """Version and kernels of the OpenBLAS that NumPy has loaded; None for another library."""
    try:
        with open("/proc/self/maps") as maps:
            paths = {line.split()[-1] for line in maps if "openblas" in line.lower()}
    except OSError:
        return None
    for path in sorted(paths):
        library = ctypes.CDLL(path)
        for suffix in ("", "64_", "_64"):
            for prefix in ("", "scipy_"):
                name = f"{prefix}openblas_get_config{suffix}"
                if hasattr(library, name):
                    config = getattr(library, name)
                    config.restype = ctypes.c_char_p
                    return config().decode()
    return None


def measure(key):
    if key not in cases:
        run, pairs = prepare(*key)
        run()
        start = time.perf_counter()
        run()
        count = max(1, int(np.ceil(SAMPLE_SECONDS / max(1e-9, time.perf_counter() - start))))
        cases[key] = run, pairs, count
    run, pairs, count = cases[key]
    cpu, start = time.process_time(), time.perf_counter()
    for _ in range(count):
        run()
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    return {"ns": wall * 1e9 / (count * pairs), "cpuNs": cpu * 1e9 / (count * pairs)}


found = {"python": sys.version.split()[0], "numpy": np.__version__, "blas": blas()}
if torch is not None:
    found["torch"] = torch.__version__
answer(found)
for line in sys.stdin:
    request = json.loads(line)
    key = tuple(request[name] for name in ("peer", "kernel", "precision", "n", "d"))
    answer(measure(key))
