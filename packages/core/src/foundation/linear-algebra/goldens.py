"""Reference values from LAPACK through SciPy: python3 goldens.py > goldens.json."""

import json

import numpy as np
from scipy import linalg

d = 6
i, j = np.indices((d, d))
general = ((7 * i + 13 * j + i * j * j) % 11 - 5) / 3
symmetric = (general + general.T) / 2
stable = general - 9 * np.eye(d)
right = ((5 * i + 3 * j) % 7 - 2.0) / 2
eigenvalues = linalg.eigvals(general)
order = np.lexsort((eigenvalues.imag, eigenvalues.real))
print(
    json.dumps(
        {
            "d": d,
            "general": general.ravel().tolist(),
            "right": right.ravel().tolist(),
            "symmetricValues": linalg.eigvalsh(symmetric).tolist(),
            "eigenvalues": [[z.real, z.imag] for z in eigenvalues[order]],
            "singularValues": linalg.svdvals(general).tolist(),
            "logAbsDet": float(np.linalg.slogdet(general)[1]),
            "sign": float(np.linalg.slogdet(general)[0]),
            "expm": linalg.expm(general).ravel().tolist(),
            "lyapunov": linalg.solve_continuous_lyapunov(stable, right).ravel().tolist(),
        }
    )
)
