/** A small experiment as a user writes it; tests replace parts of it. */
export const smallYaml = `title: base
model:
  attention:
    softmax:
      beta: 1
  feedforward: none
initial:
  gaussian:
    mean: [0, 0]
    cov: [[1, 0], [0, 1]]
    n: 16
levels:
  particles: {}
solve:
  span: [0, 1]
save:
  at: end
`;

/** Three levels, series and distances; the moments stop at their blow-up, t* = 1/2 for A = I, W = 0, Σ_0 = I. */
export const threeLevels = {
  title: "three levels",
  model: { attention: { softmax: { beta: 1 } } },
  initial: { gaussian: { mean: [0, 0], cov: "identity", n: 12, seed: 4 } },
  levels: { particles: {}, layers: { L: 20 }, "gaussian-moments": {} },
  solve: { span: [0, 1] },
  save: { at: { every: 0.25 } },
  observe: { spectrum: { every: 0.25 }, trace: { at: [0, 0.2] } },
  compare: { metrics: ["bures-wasserstein", "sliced-wasserstein"], every: 0.25 },
};
