import { expect, test } from "vitest";
import { type Backend, createReferenceBackend } from "../foundation/backend/index.js";
import { InputError } from "../foundation/errors/index.js";
import { experiment, runExperiment } from "./index.js";

const reference = createReferenceBackend();

/** Declines everything. */
const idle: Backend = {
  name: "idle",
  precision: "f64",
  threads: 1,
  field: () => false,
  declined: () => "it is idle",
};

const documentOf = (attention: unknown, backend: object, repeats = 1) => ({
  model: { attention },
  initial: { gaussian: { mean: [0, 0], cov: "identity", n: 6, seed: 3 } },
  levels: { particles: {} },
  solve: { span: [0, 0.2], method: "euler", steps: { fixed: { dt: 0.1 } }, repeats },
  observe: { moments: { at: [0.2] } },
  backend,
});

const single = (name: string): Backend => ({ ...reference, name, precision: "f32" });

test("what a backend declines is in the result, by whom and why; two steps are two fields", () => {
  const { backend } = runExperiment(experiment(documentOf("softmax", { name: "idle" }), { backends: [idle] }));
  expect(backend).toMatchObject({
    name: "idle",
    summation: [{ method: "direct", by: "reference", evaluations: 2, bound: 0, fallBacks: 0 }],
    notices: ["Slower: the reference computed what backend idle declined of a field: it is idle."],
  });
});

test("an ensemble counts the fields of all its systems", () => {
  const { backend } = runExperiment(experiment(documentOf("softmax", { name: "idle" }, 5), { backends: [idle] }));
  expect(backend.summation).toMatchObject([{ by: "reference", evaluations: 5 * 2 }]);
});

test("a Sinkhorn scaling on a backend of float32 says that the reference computed it", () => {
  const document = documentOf({ sinkhorn: { epsilon: 1 } }, { name: "single", precision: "f32" });
  const { backend } = runExperiment(experiment(document, { backends: [single("single")] }));
  expect(backend.summation).toMatchObject([{ method: "direct", by: "reference" }]);
  expect(backend.notices).toEqual([expect.stringMatching(/backend single declined .* in float64/)]);
});

test("a certified accuracy is refused in float32, where nothing could be certified", () => {
  const attempt = () =>
    experiment(documentOf("softmax", { precision: "f32", accuracy: 1e-4 }), { backends: [single("single")] });
  expect(attempt).toThrow(InputError);
  expect(attempt).toThrow(/^backend: .*f64.*got accuracy: 0\.0001 with precision: f32\. Write precision: f64/s);
});
