import { expect, test } from "vitest";
import { createReferenceBackend } from "../../foundation/backend/index.js";
import { attentionCatalog } from "../catalog.js";

test.each([
  ["l2", { beta: 0 }, "l2.beta: β must be positive, got 0"],
  ["l2", { beta: -1 }, "l2.beta: β must be positive, got -1"],
  ["l2", { heads: [{ beta: -2 }] }, "l2.heads.beta: β must be positive, got -2"],
  ["sinkhorn", { epsilon: 0 }, "sinkhorn.epsilon: ε must be positive, got 0"],
  ["sinkhorn", { epsilon: -0.5 }, "sinkhorn.epsilon: ε must be positive, got -0.5"],
  ["sinkhorn", { heads: [{ epsilon: 0 }] }, "sinkhorn.heads.epsilon: ε must be positive, got 0"],
] as const)("%s refuses %o", (name, params, message) => {
  const plugin = attentionCatalog.find((one) => one.name === name)!;
  const attempt = () => plugin.bind(plugin.params.parse(params), { d: 2, span: [0, 1] }, createReferenceBackend());
  expect(attempt).toThrow(message);
});
