/** The problems whose steps are metered: one for each level and way to represent its law, in a small size and a larger. */

const sphere = { model: { attention: "softmax", geometry: "sphere" } };
const flat = { model: { attention: { softmax: { V: { scale: -0.5 } } } } };
const causal = { ...sphere.model, mask: "causal" };
const gaussian = (d, n) => ({
  gaussian: { mean: new Array(d).fill(0.2), cov: { scale: 0.5 }, ...(n && { n, seed: 1 }) },
});
const onCircle = { "density": { vonMises: { mean: 1, kappa: 2 } } };

export const problems = {
  "particles on the sphere": (k) => ({ ...sphere, initial: { "uniform-sphere": { d: 3, n: 6 * k, seed: 1 } }, levels: { particles: {} } }),
};
