import { describe, expect, test } from "vitest";
import { flip, normals, product, rowsOf } from "../../test/helpers/arrays.js";
import { expectCatalog, expectSelfDescribing, membersOf } from "../../test/helpers/family.js";
import { distanceMax } from "../../test/helpers/slope.js";
import { createReferenceBackend } from "../foundation/backend/index.js";
import { InputError } from "../foundation/errors/index.js";
import { feedforwardCatalog } from "./catalog.js";
import type { FeedforwardPlugin } from "./contract.js";
import { perceptron } from "./perceptron/index.js";
import { type ActivationName, activationNames } from "./shared/activations.js";

const members = membersOf<FeedforwardPlugin>(import.meta.glob("./*/index.ts", { eager: true }));
const [n, d] = [7, 3];
const context = { d, n, span: [0, 2] as const };
const points = normals(n * d, 9);

/** Parameters that any member takes what it needs from. */
const offered: Record<string, unknown> = {
  W: rowsOf(normals(d * d, 1), d, d),
  b: [0.3, -0.2, 0.1],
  a: rowsOf(normals(4 * d, 2), 4, d),
  omega: [0.5, -1, 2, 0.25],
};

function bind(plugin: FeedforwardPlugin, changes: Record<string, unknown> = {}) {
  const known = Object.fromEntries(
    Object.entries({ ...offered, ...changes }).filter(
      ([key]) => plugin.params.safeParse({ ...offered, ...changes }).success || accepts(plugin, key),
    ),
  );
  return plugin.bind(plugin.params.parse(known), context, createReferenceBackend());
}

function accepts(plugin: FeedforwardPlugin, key: string): boolean {
  const result = plugin.params.safeParse({ [key]: 0 });
  return result.success || !result.error.issues.some((issue) => issue.code === "unrecognized_keys");
}

test("the catalog holds exactly the folders", () => expectCatalog(feedforwardCatalog, members));

describe.each(members)("feed-forward $folder", (member) => {
  const bound = bind(member.plugin);
  const apply = (x: Float64Array, factor = 1) => {
    const out = new Float64Array(x.length);
    bound.addTo(x, x.length / d, 0, factor, out);
    return out;
  };

  test("says what it is", () => {
    expectSelfDescribing(member);
    expect(bound.name).toBe(member.folder);
    expect(bound.traits).toEqual(member.plugin.traits);
    expect(bound.affine !== undefined).toBe(bound.traits.affine);
  });

  test("adds factor times its value, token by token", () => {
    const start = normals(n * d, 10);
    const out = start.slice();
    bound.addTo(points, n, 0, -2, out);
    const once = apply(points);
    expect(
      distanceMax(
        out,
        start.map((value, i) => value - 2 * once[i]!),
      ),
    ).toBeLessThan(1e-13);
    for (let i = 0; i < n; i++) {
      expect(apply(points.slice(i * d, i * d + d))).toEqual(once.slice(i * d, i * d + d));
    }
  });

  test("is the affine map it declares", () => {
    if (bound.affine === undefined) return;
    const { W, b } = bound.affine(0);
    const expected = product(points, flip(W, d, d), n, d, d).map((value, i) => value + b[i % d]!);
    expect(distanceMax(apply(points), expected)).toBeLessThan(1e-13);
  });

  test("a declared gradient has a symmetric Jacobian", () => {
    if (!bound.traits.gradient) return;
    const h = 1e-6;
    const at = points.slice(0, d);
    const jacobian = new Float64Array(d * d);
    for (let b = 0; b < d; b++) {
      const shifted = (sign: number) => apply(at.map((value, a) => (a === b ? value + sign * h : value)));
      const [plus, minus] = [shifted(1), shifted(-1)];
      for (let a = 0; a < d; a++) jacobian[a * d + b] = (plus[a]! - minus[a]!) / (2 * h);
    }
    // Rounding of central differences: 1e-16/1e-6.
    expect(distanceMax(jacobian, flip(jacobian, d, d))).toBeLessThan(1e-8);
  });
});

test("the perceptron is Σ ω_j σ(a_j·x + bias_j) a_j for every activation", () => {
  const sigma: Record<ActivationName, (s: number) => number> = {
    relu: (s) => (s + Math.abs(s)) / 2,
    tanh: (s) => (Math.exp(2 * s) - 1) / (Math.exp(2 * s) + 1),
    sigmoid: (s) => (1 + Math.tanh(s / 2)) / 2,
    silu: (s) => (s * (1 + Math.tanh(s / 2))) / 2,
    linear: (s) => s,
  };
  const a = offered["a"] as number[][];
  const omega = offered["omega"] as number[];
  for (const activation of activationNames) {
    const bound = bind(perceptron, { activation, bias: [0.1, 0.2, -0.3, 0] });
    const out = new Float64Array(d);
    bound.addTo(points, 1, 0, 1, out);
    const x = points.subarray(0, d);
    const expected = [0, 0, 0];
    a.forEach((row, j) => {
      const s = row.reduce((sum, value, e) => sum + value * x[e]!, [0.1, 0.2, -0.3, 0][j]!);
      row.forEach((value, e) => {
        expected[e]! += omega[j]! * sigma[activation](s) * value;
      });
    });
    expect(distanceMax(out, expected)).toBeLessThan(1e-14);
  }
});

test("free output weights take the place of ω_j a_j, and are no gradient", () => {
  const a = offered["a"] as number[][];
  const omega = offered["omega"] as number[];
  const bound = perceptron.bind(perceptron.params.parse({ a, omega }) as never, context, createReferenceBackend());
  const free = perceptron.bind(
    perceptron.params.parse({ a, out: a.map((row, j) => row.map((v) => omega[j]! * v)) }) as never,
    context,
    createReferenceBackend(),
  );
  const [one, two] = [new Float64Array(n * d), new Float64Array(n * d)];
  bound.addTo(points, n, 0, 1, one);
  free.addTo(points, n, 0, 1, two);
  expect(distanceMax(one, two)).toBeLessThan(1e-14);
  expect([bound.traits.gradient, free.traits.gradient]).toEqual([true, false]);
});

test("a perceptron keeps its width through a schedule", () => {
  const wide = rowsOf(normals(5 * d, 3), 5, d);
  const params = { a: { "by-layer": [offered["a"], wide] }, omega: 1 };
  expect(() => perceptron.bind(perceptron.params.parse(params) as never, context, createReferenceBackend())).toThrow(
    InputError,
  );
  expect(() => perceptron.bind(perceptron.params.parse(params) as never, context, createReferenceBackend())).toThrow(
    "perceptron.a: must be 4×3, got 5×3",
  );
});
