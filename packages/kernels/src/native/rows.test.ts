import { experiment, runExperiment } from "@meanfield/core/experiment";
import { uniformSphere } from "@meanfield/core/foundation/random";
import { expect, test } from "vitest";
import { everyMachine } from "../../test/helpers/native-machines.js";

const document = (level: string, more: object) => ({
  model: { attention: { softmax: { beta: 4 } }, geometry: "sphere" },
  initial: { "uniform-sphere": { d: 5, n: 19, seed: 1 } },
  levels: { [level]: more },
  solve: { span: [0, 4], repeats: 37, method: "rk4", steps: { fixed: { dt: 0.1 } } },
  // Between the steps too, where states are interpolated and retracted.
  observe: { "overlap-fraction": { what: { "overlap-fraction": { above: 0.9 } }, at: [0, 0.33, 1, 2.7, 4] } },
});

everyMachine.suite("operations on rows", ({ open }) => {
  test.each([
    ["layers", { L: 40 }],
    ["particles", {}],
  ])("leave every number of an ensemble as it is without them: %s", (level, more) => {
    const backend = open({});
    const { rows, ...plain } = backend;
    // Both are taken, not declined: declined ones would leave every number as it is too.
    const [count, m, d] = [3, 40, 5];
    const points = uniformSphere(count * m, d, 1);
    expect(rows!.normalize(points, count * m, d)).toBe(true);
    const batch = { count, m, d, points, weights: new Float64Array(m).fill(1 / m) };
    expect(rows!.alignedPairs(batch, 0.9, new Float64Array(count))).toBe(true);
    const [fast, slow] = [backend, plain].map((one) =>
      runExperiment(experiment(document(level, more), { backends: [one] })),
    );
    expect(fast!.levels).toEqual(slow!.levels);
    const share = fast!.levels[level]!.ensemble!.series["overlap-fraction"]!.mean.data;
    // Tokens meet: a share that stays what it was would show nothing. Its error is below .02 (37 × 171 pairs).
    expect(share.at(-1)! - share[0]!).toBeGreaterThan(0.1);
    backend.close();
  });
});
