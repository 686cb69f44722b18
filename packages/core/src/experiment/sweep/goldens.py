"""The first points of the Halton sequence in 12 dimensions, by SciPy: python3 goldens.py > goldens.json"""

import json

from scipy.stats import qmc

points = qmc.Halton(d=12, scramble=False).random(64)
print(json.dumps({"halton": [[float(x) for x in point] for point in points[[1, 2, 3, 7, 10, 31, 48, 63]]],
                  "index": [1, 2, 3, 7, 10, 31, 48, 63]}))
