"""The (t, beta) phase diagram of the sphere as it is written in PyTorch: normalised Euler, float32, 64 networks in a batch.

n = 32, d = 8, 90 values of beta in [.1, 9], dt = .1 to t = 30, the share of overlaps above .999 at 100 times.
Usage: phase_diagram_torch.py THREADS; JSON on stdout, with the seconds that the loops took (without the import).
"""
import json
import sys
import time

import numpy as np
import torch
from torch.nn.functional import normalize

threads = int(sys.argv[1])
torch.set_num_threads(threads)
torch.manual_seed(0)
n, d, networks, dt, steps = 32, 8, 64, 0.1, 300
start = time.perf_counter()
fractions = []
for beta in np.linspace(0.1, 9, 90):
    x = normalize(torch.randn(networks, n, d), dim=2)
    row = []
    for step in range(steps):
        overlaps = torch.bmm(x, x.transpose(1, 2))
        if step % 3 == 0:
            row.append(((overlaps > 0.999).sum() - networks * n).item() / (networks * n * (n - 1)))
        x = normalize(x + dt * torch.bmm(torch.softmax(beta * overlaps, dim=2), x), dim=2)
    fractions.append(row)
seconds = time.perf_counter() - start
print(json.dumps({"torch": torch.__version__, "threads": threads, "seconds": seconds, "fractions": fractions}))
