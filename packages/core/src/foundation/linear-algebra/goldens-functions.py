"""Reference values from SciPy: python3 goldens-functions.py > goldens-functions.json."""

import json

import numpy as np
from scipy import linalg

d = 5
i, j = np.indices((d, d))
general = ((5 * i + 11 * j + i * i * j) % 9 - 4) / 3.0
# A spectrum off the negative axis, with complex pairs.
shifted = general + 4 * np.eye(d)
b = ((3 * i + 2 * j) % 5 - 1.0) / 2 + 3 * np.eye(d)
right = ((7 * i + 3 * j) % 8 - 3.0) / 2
contraction = general / 6
control = ((2 * i + 3 * j) % 4 - 1.0)[:, :2]
weight = np.diag([1.0, 2, 0, 0.5, 1])
# Unstable, and moved by the control.
plant = general + np.diag([1, -1, 0.5, -2, 0.25])
penalty = np.array([[2.0, 0.5], [0.5, 1.0]])
skew = general - general.T
values = linalg.eigvals(plant)
order = np.lexsort((values.imag, values.real))
flat = lambda a: np.asarray(a).ravel().tolist()
assert np.max(np.abs(np.imag(linalg.sqrtm(shifted)))) < 1e-14
print(
    json.dumps(
        {
            "d": d,
            "general": flat(general),
            "b": flat(b),
            "right": flat(right),
            "plant": flat(plant),
            "control": flat(control),
            "penalty": flat(penalty),
            "sqrtm": flat(np.real(linalg.sqrtm(shifted))),
            "logm": flat(np.real(linalg.logm(shifted))),
            "sylvester": flat(linalg.solve_sylvester(shifted, b, right)),
            "discreteLyapunov": flat(linalg.solve_discrete_lyapunov(contraction, right)),
            "care": flat(linalg.solve_continuous_are(plant, control, weight, penalty)),
            "plantEigenvalues": [[z.real, z.imag] for z in values[order]],
            "angles": linalg.subspace_angles(general[:, :2], b[:, :3])[::-1].tolist(),
            "procrustes": flat(linalg.orthogonal_procrustes(general, right)[0].T),
            "pivots": [int(k) for k in linalg.qr(plant, pivoting=True)[2]],
            "rotation": flat(linalg.expm(skew / 8)),
            "rotationLog": flat(skew / 8),
        }
    )
)
