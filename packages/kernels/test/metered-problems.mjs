/**
 * The documents whose steps are metered: a level, and a way to represent its law, in a small size and in a larger one.
 * `size` is 1 or 2; `noise` is a noise section where steps of stochastic methods are metered too.
 */
const sphere = { attention: "softmax", geometry: "sphere" };
const flat = { attention: { softmax: { V: { scale: -0.5 } } } };
const noise = { independent: { sigma: 0.1 } };

const gaussian = (d, n) => ({
  gaussian: {
    mean: new Array(d).fill(0.2),
    cov: { diagonal: Array.from({ length: d }, (_, a) => 0.4 + 0.1 * a) },
    ...(n === undefined ? {} : { n, seed: 1 }),
  },
});
const uniform = (d, n) => ({ "uniform-sphere": { d, n, seed: 1 } });
const circle = { density: { circle: { expression: "1 + 0.6*cos(theta)" } } };
const onSphere = { density: { sphere: { expression: "1 + 0.5*z" } } };
const zonal = { density: { zonal: { d: 4, expression: "1 + 0.5*u" } } };
const moving = { density: { line: { box: [-6, 6], expression: "exp(-(x - 0.3*s)^2/0.6)" } } };
const affine = { affine: { W: { scale: -0.5 } } };

const ofLevel = (model, initial, level, params = {}) => ({ model, initial, levels: { [level]: params } });
/** Tokens with noise are refused without a method that takes it. */
const stochastic = (document) => ({
  ...document,
  solve: { method: "euler-maruyama", steps: { fixed: { dt: 0.01 } } },
});
const meanField = (model, initial, params) => ofLevel(model, initial, "mean-field", params);

export const problems = {
  "particles on the sphere": (size) => ofLevel(sphere, uniform(3, 6 * size), "particles"),
  "particles in flat space": (size) => ofLevel({ ...flat, feedforward: affine }, gaussian(2, 6 * size), "particles"),
  "particles under a mask": (size) => ofLevel({ ...sphere, mask: "causal" }, uniform(3, 6 * size), "particles"),
  "particles with two attentions": (size) =>
    ofLevel(
      { attention: [{ softmax: { heads: [{}, { beta: 2 }] } }, "linear"], geometry: "sphere" },
      uniform(3, 6 * size),
      "particles",
    ),
  "particles that repel": (size) => ofLevel({ ...sphere, sign: "repel" }, uniform(3, 6 * size), "particles"),
  "particles under pre-ln": (size) => ofLevel({ ...flat, normalization: "pre-ln" }, gaussian(3, 6 * size), "particles"),
  "particles with noise on the sphere": (size) =>
    stochastic(ofLevel({ ...sphere, noise }, uniform(3, 6 * size), "particles")),
  "particles with noise in flat space": (size) =>
    stochastic(ofLevel({ ...flat, noise }, gaussian(2, 6 * size), "particles")),
  "layers on the sphere": (size) => ofLevel(sphere, uniform(3, 6 * size), "layers"),
  "layers with noise": (size) => ofLevel({ ...flat, noise }, gaussian(2, 6 * size), "layers"),
  "layers under peri-ln": (size) => ofLevel({ ...flat, normalization: "peri-ln" }, gaussian(3, 6 * size), "layers"),
  "circle, finite volumes": (size) => meanField({ ...sphere, noise }, circle, { grid: 32 * size }),
  "circle, spectral": (size) => meanField({ ...sphere, noise }, circle, { grid: 32 * size, scheme: "spectral" }),
  "circle, quantiles": (size) => meanField(sphere, circle, { grid: 32 * size, scheme: "quantiles" }),
  "circle under a mask": (size) => meanField({ ...sphere, mask: "causal" }, circle, { grid: 16 * size, positions: 4 }),
  "sphere, finite volumes": (size) => meanField(sphere, onSphere, { grid: 2 * (2 + size) ** 2 * 4 }),
  "sphere, zonal": (size) => meanField(sphere, zonal, { grid: 12 + 4 * size, scheme: "zonal" }),
  "line, box": (size) => meanField({ ...flat, noise }, gaussian(1), { grid: 24 * size }),
  "line, quantiles": (size) => meanField(flat, gaussian(1), { grid: 24 * size, scheme: "quantiles" }),
  "line under a mask": (size) => meanField({ ...flat, mask: "causal" }, moving, { grid: 20 + 8 * size, positions: 2 }),
  "plane, box": (size) => meanField(flat, gaussian(2), { grid: (25 + size) ** 2 }),
  "gaussian-moments of softmax": (size) =>
    ofLevel({ ...flat, feedforward: affine, noise }, gaussian(2 * size), "gaussian-moments"),
  "gaussian-moments of L2": (size) =>
    ofLevel({ attention: { l2: { V: { scale: -0.5 } } } }, gaussian(2 * size), "gaussian-moments"),
  "gaussian-layers": (size) => ofLevel(flat, gaussian(2 * size), "gaussian-layers"),
  "gaussian-projection": (size) => ofLevel(flat, gaussian(size), "gaussian-projection", { points: 16 * size }),
  equiangular: (size) => ofLevel(sphere, { equiangular: { d: 12, n: 5 * size, overlap: 0.2 } }, "equiangular"),
  "two-token": () => ofLevel(sphere, { "two-token": { d: 3, overlap: 0.2 } }, "two-token"),
};
