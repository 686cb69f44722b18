import { describe, expect, test } from "vitest";
import { normals } from "../../../test/helpers/arrays.js";
import { tokens } from "../shapes/index.js";
import { type Backend, createReferenceBackend, type KernelDescription, withReference } from "./index.js";

const cloud = tokens(normals(12 * 2, 1), 12, 2);
const identity = Float64Array.of(1, 0, 0, 1);
const kernel: KernelDescription = {
  weight: "exponential",
  normalisation: "partition",
  heads: [{ beta: 2, queryKey: identity, value: identity }],
};
const dense = { dense: true, logWeight: () => 0, decay: 0 };

/** A backend that computes 7 and declines what `mine` says. */
function sevens(mine: () => boolean, precision: Backend["precision"] = "f64"): Backend {
  let evaluations = 0;
  return {
    name: "sevens",
    precision,
    threads: 1,
    declined: () => "it is no seven",
    field(_kernel, _source, _queries, _visibility, out) {
      if (!mine()) return false;
      evaluations++;
      out.field?.fill(7);
      return true;
    },
    perceptron: () => mine(),
    activity() {
      const summation = evaluations === 0 ? [] : [{ method: "direct", evaluations, bound: 0, fallBacks: 0 }];
      evaluations = 0;
      return { summation, notices: [] };
    },
  };
}

function fieldOf(backend: Backend, asked: KernelDescription = kernel): Float64Array {
  const field = new Float64Array(24);
  expect(backend.field(asked, cloud, cloud, dense, { field })).toBe(true);
  return field;
}

const wanted = fieldOf(createReferenceBackend());
const row = (evaluations: number) => ({ method: "direct", evaluations, bound: 0, fallBacks: 0 });

describe("a backend and the reference where it declines", () => {
  test("computes every field, and tells apart who computed how many and why", () => {
    let calls = 0;
    const whole = withReference(sevens(() => calls++ % 3 === 0));
    for (let call = 0; call < 7; call++) {
      expect(fieldOf(whole)).toEqual(call % 3 === 0 ? new Float64Array(24).fill(7) : wanted);
    }
    expect(whole.activity!()).toEqual({
      summation: [row(3), { ...row(4), by: "reference" }],
      notices: ["Slower: the reference computed what backend sevens declined of a field: it is no seven."],
    });
    expect(whole.activity!()).toEqual({ summation: [], notices: [] });
  });

  test("gives sums that must be in float64 to the reference where the backend's are not", () => {
    const precise = { ...kernel, precision: "f64" } as const;
    const single = withReference(sevens(() => true, "f32"));
    expect(fieldOf(single, precise)).toEqual(wanted);
    expect(fieldOf(single)[0]).toBe(7);
    expect(single.activity!()).toMatchObject({
      summation: [row(1), { ...row(1), by: "reference" }],
      notices: [expect.stringMatching(/must be in float64/)],
    });
    expect(fieldOf(withReference(sevens(() => true)), precise)[0]).toBe(7);
  });

  test("says that a plain loop took a perceptron's place", () => {
    const none = new Float64Array(0);
    const layer = { activation: "relu", width: 0, input: none, bias: none, output: none } as const;
    const whole = withReference(sevens(() => false));
    expect(whole.perceptron!(layer, none, 0, 1, none)).toBe(false);
    expect(whole.activity!().notices).toEqual([expect.stringMatching(/plain loop .* perceptron: it is no seven/)]);
    expect(withReference(createReferenceBackend()).perceptron).toBeUndefined();
  });

  test("is itself when it is asked for again, so that nothing is counted twice", () => {
    const whole = withReference(sevens(() => false));
    expect(withReference(whole)).toBe(whole);
    const reference = withReference(createReferenceBackend());
    fieldOf(reference);
    expect(reference.activity!()).toEqual({ summation: [row(1)], notices: [] });
  });
});
