import { experiment, runExperiment } from "../../src/experiment/index.js";
import { cloudOf, momentsOf } from "../../src/foundation/law/index.js";
import { symmetricEigen } from "../../src/foundation/linear-algebra/index.js";
import { flip, normals, positive, product, rowsOf } from "./arrays.js";
import { rms } from "./slope.js";

const d = 4;
const horizon = 1;

/** Softmax + affine in d = 4 with a mean, non-normal matrices and sup_t λ_max(Σ^½AᵀΣAΣ^½) below ½. */
function specOf(level: string, n: number, seed: number, dt: number) {
  return {
    model: {
      attention: {
        softmax: { Q: rowsOf(normals(d * d, 11, 0.28), d, d), V: rowsOf(normals(d * d, 12, 0.4), d, d) },
      },
      feedforward: { affine: { W: rowsOf(normals(d * d, 13, 0.2), d, d), b: [0.1, -0.2, 0, 0.3] } },
    },
    initial: { gaussian: { mean: [0.3, 0, -0.2, 0.1], cov: rowsOf(positive(d, 14, 0.5, 0.3), d, d), n, seed } },
    levels: { [level]: {} },
    solve: { span: [0, horizon], method: "rk4", steps: { fixed: { dt } } },
    save: { at: level === "gaussian-moments" ? { every: horizon / 20 } : "end" },
  };
}

/** The covariance flow at rk4 dt = 1/1000 (error far below any sampling error) and the greatest tilt along it. */
export function momentFlow() {
  const { states } = runExperiment(experiment(specOf("gaussian-moments", 1, 1, horizon / 1000))).levels[
    "gaussian-moments"
  ]!;
  const count = states["cov"]!.shape[0]!;
  const query = normals(d * d, 11, 0.28);
  let tilt = 0;
  for (let k = 0; k < count; k++) {
    const cov = states["cov"]!.data.slice(k * d * d, (k + 1) * d * d);
    // λ_max(Σ^½AᵀΣAΣ^½) as that of LᵀAᵀΣAL with Σ = LLᵀ.
    const { values, vectors } = symmetricEigen(cov, d);
    const root = Float64Array.from(vectors, (value, i) => value * Math.sqrt(values[i % d]!));
    const image = product(query, root, d, d, d);
    const form = product(flip(image, d, d), product(cov, image, d, d, d), d, d, d);
    tilt = Math.max(tilt, symmetricEigen(form, d).values[d - 1]!);
  }
  return {
    tilt,
    mean: states["mean"]!.data.slice((count - 1) * d),
    cov: states["cov"]!.data.slice((count - 1) * d * d),
  };
}

/** RMS over seeds of (|m_n − m|² + |Σ_n − Σ|²)^½ at the horizon, and the single errors. */
export function errorAt(n: number, seeds: number, dt: number, exact: ReturnType<typeof momentFlow>) {
  const errors = Array.from({ length: seeds }, (_, k) => {
    const { states } = runExperiment(experiment(specOf("particles", n, k + 1, dt))).levels["particles"]!;
    const { mean, cov } = momentsOf(cloudOf(states["x"]!.data, n, d));
    let square = 0;
    for (let i = 0; i < d; i++) square += (mean[i]! - exact.mean[i]!) ** 2;
    for (let i = 0; i < d * d; i++) square += (cov[i]! - exact.cov[i]!) ** 2;
    return Math.sqrt(square);
  });
  return { rms: rms(errors), errors };
}
