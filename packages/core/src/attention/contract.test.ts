import { describe, expect, test } from "vitest";
import { flip, normals, product, rowsOf } from "../../test/helpers/arrays.js";
import { expectCatalog, expectSelfDescribing, membersOf } from "../../test/helpers/family.js";
import { gaussianRule } from "../../test/helpers/gauss-hermite.js";
import { distanceMax } from "../../test/helpers/slope.js";
import { createReferenceBackend } from "../foundation/backend/index.js";
import { randomMatrix } from "../foundation/random/index.js";
import { tokens, type WeightedPoints } from "../foundation/shapes/index.js";
import { causal } from "../masks/causal/index.js";
import type { Mask } from "../masks/contract.js";
import { none } from "../masks/none/index.js";
import { attentionCatalog } from "./catalog.js";
import type { Attention, AttentionPlugin } from "./contract.js";

const members = membersOf<AttentionPlugin>(import.meta.glob("./*/index.ts", { eager: true }));
const open = none.bind({});
const ordered = causal.bind({});

function bind(plugin: AttentionPlugin, d: number, params: Record<string, unknown>): Attention {
  return plugin.bind(plugin.params.parse(params), { d, span: [0, 1] }, createReferenceBackend());
}

function field(attention: Attention, source: WeightedPoints, queries = source, mask: Mask = open): Float64Array {
  const out = new Float64Array(queries.m * queries.d).fill(Number.NaN);
  attention.fieldAt(source, queries, mask, 0, { field: out });
  return out;
}

const [n, d] = [12, 3];
const cloud = tokens(normals(n * d, 5, 0.6), n, d);
const matrices = (seed: number) => ({
  Q: rowsOf(normals(d * d, seed, 0.6), d, d),
  K: rowsOf(normals(d * d, seed + 1, 0.6), d, d),
  V: rowsOf(normals(d * d, seed + 2, 0.6), d, d),
});
const general = { beta: 1.3, ...matrices(20) };
const moved = (points: Float64Array): WeightedPoints => ({ ...cloud, points });
const flat = (rows: readonly (readonly number[])[]) => Float64Array.from(rows.flat());

test("the catalog holds exactly the folders", () => expectCatalog(attentionCatalog, members));

describe.each(members)("attention $folder", (member) => {
  const { plugin } = member;
  const attention = bind(plugin, d, general);

  test("says what it is, and the bound one says the same", () => {
    expectSelfDescribing(member);
    expect(attention.name).toBe(member.folder);
    expect(attention.traits).toEqual(plugin.traits);
    expect(attention.breakpoints).toEqual([]);
    expect(attention.gaussianField !== undefined).toBe(plugin.traits.gaussianClosed);
  });

  test("writes every entry of its output and reads its input only", () => {
    const before = structuredClone(cloud);
    expect(field(attention, cloud).every(Number.isFinite)).toBe(true);
    expect(field(attention, cloud)).toEqual(field(attention, cloud));
    expect(cloud).toEqual(before);
  });

  test("permuting the tokens permutes the field", () => {
    const order = (i: number) => (5 * i + 2) % n;
    const points = new Float64Array(n * d);
    for (let i = 0; i < n; i++) points.set(cloud.points.subarray(i * d, i * d + d), order(i) * d);
    const [plain, permuted] = [field(attention, cloud), field(attention, moved(points))];
    for (let i = 0; i < n; i++) {
      const image = permuted.subarray(order(i) * d, order(i) * d + d);
      // The sum over n tokens in another order: a few roundings.
      expect(distanceMax(image, plain.subarray(i * d, i * d + d))).toBeLessThan(1e-12);
    }
  });

  test("rotating the tokens with Q Rᵀ, K Rᵀ, R V Rᵀ rotates the field", () => {
    const rotation = randomMatrix("orthogonal", d, d, 1, 3);
    const back = flip(rotation, d, d);
    const right = (m: number[][]) => rowsOf(product(flat(m), back, d, d, d), d, d);
    const turned = bind(plugin, d, {
      beta: general.beta,
      Q: right(general.Q),
      K: right(general.K),
      V: rowsOf(product(rotation, product(flat(general.V), back, d, d, d), d, d, d), d, d),
    });
    const rotated = field(turned, moved(product(cloud.points, back, n, d, d)));
    // Three products of 3×3 matrices on top of the field's own roundings.
    expect(distanceMax(rotated, product(field(attention, cloud), back, n, d, d))).toBeLessThan(1e-12);
  });

  test("a point of weight w is two points of weight w/2", () => {
    const points = new Float64Array((n + 1) * d);
    points.set(cloud.points);
    points.set(cloud.points.subarray((n - 1) * d), n * d);
    const weights = new Float64Array(n + 1).fill(1 / n);
    weights[n - 1] = 0.5 / n;
    weights[n] = 0.5 / n;
    const positions = Float64Array.from({ length: n + 1 }, (_, i) => Math.min(1, (i + 1) / n));
    const split: WeightedPoints = { m: n + 1, d, points, weights, positions };
    for (const mask of [open, ordered]) {
      // One more term in a sum of twelve.
      expect(distanceMax(field(attention, split, cloud, mask), field(attention, cloud, cloud, mask))).toBeLessThan(
        1e-13,
      );
    }
  });

  test("the causal field of the prefix is that of the whole, and the first token is alone", () => {
    const whole = field(attention, cloud, cloud, ordered);
    for (const k of [1, 5]) {
      const prefix: WeightedPoints = {
        m: k,
        d,
        points: cloud.points.slice(0, k * d),
        weights: cloud.weights.slice(0, k),
        positions: cloud.positions!.slice(0, k),
      };
      // Hidden tokens add exact zeros, so only the order of nothing changes.
      expect(distanceMax(field(attention, prefix, prefix, ordered), whole.subarray(0, k * d))).toBeLessThan(1e-14);
    }
  });

  test("heads are summed, each with its own β", () => {
    const [one, two] = [matrices(30), matrices(40)];
    const both = bind(plugin, d, { beta: 0.7, heads: [one, { ...two, beta: 2 }] });
    expect(both.heads).toBe(2);
    const parts = [bind(plugin, d, { beta: 0.7, ...one }), bind(plugin, d, { beta: 2, ...two })].map((a) =>
      field(a, cloud),
    );
    const sum = parts[0]!.map((value, i) => value + parts[1]![i]!);
    // The same operations in the same order, but for one addition.
    expect(distanceMax(field(both, cloud), sum)).toBeLessThan(1e-13);
  });

  test("rectangular Q and K enter through KᵀQ alone", () => {
    const [Q, K] = [normals(2 * d, 51), normals(2 * d, 52)];
    const thin = bind(plugin, d, { Q: rowsOf(Q, 2, d), K: rowsOf(K, 2, d) });
    const square = bind(plugin, d, { Q: rowsOf(product(flip(K, 2, d), Q, d, 2, d), d, d) });
    expect(distanceMax(field(thin, cloud), field(square, cloud))).toBeLessThan(1e-13);
  });

  test("smooth kinds have a derivative: one-sided differences agree to O(h)", () => {
    if (!plugin.traits.smooth) return;
    const direction = normals(n * d, 6);
    const along = (h: number) => field(attention, moved(cloud.points.map((x, i) => x + h * direction[i]!)));
    const h = 1e-4;
    const [minus, middle, plus] = [along(-h), along(0), along(h)];
    const size = Math.max(...middle.map(Math.abs));
    // Second differences of a smooth field are h² times its second derivative, here of size ten.
    for (let i = 0; i < n * d; i++)
      expect(Math.abs(plus[i]! - 2 * middle[i]! + minus[i]!)).toBeLessThan(100 * size * h * h);
  });

  test("probability weights: V = I keeps the field in the hull, translates with the source, and survives scores ±10⁴", () => {
    if (plugin.traits.weights !== "probability") return;
    const identity = bind(plugin, d, { beta: 1.5, Q: general.Q, K: general.K });
    for (const mask of [open, ordered]) {
      const values = field(identity, cloud, cloud, mask);
      for (let a = 0; a < d; a++) {
        const column = Array.from({ length: n }, (_, i) => cloud.points[i * d + a]!);
        for (let i = 0; i < n; i++) {
          expect(values[i * d + a]!).toBeGreaterThanOrEqual(Math.min(...column) - 1e-14);
          expect(values[i * d + a]!).toBeLessThanOrEqual(Math.max(...column) + 1e-14);
        }
      }
    }
    const shift = [0.5, -2, 1];
    const shifted = moved(cloud.points.map((x, i) => x + shift[i % d]!));
    const expected = field(identity, cloud).map((value, i) => value + shift[i % d]!);
    // β⟨Qx, K(y + c)⟩ differs from β⟨Qx, Ky⟩ by a number that does not depend on y. Scores of size 5, so 1e-15 each.
    expect(distanceMax(field(identity, shifted, cloud), expected)).toBeLessThan(1e-12);
    const steep = bind(plugin, 1, { beta: 1 });
    const line = tokens(Float64Array.of(-100, 40, 100), 3, 1);
    // 100·⅓/⅓: two roundings.
    expect(distanceMax(field(steep, line), [-100, 100, 100])).toBeLessThan(1e-13);
  });

  test.each([1, 2, 3])("the Gaussian closure is what quadrature gives, d = %i", (dim) => {
    if (!plugin.traits.gaussianClosed) return;
    const root = normals(dim * dim, 60 + dim, 0.5);
    const mean = normals(dim, 70, 0.5);
    const cov = product(root, flip(root, dim, dim), dim, dim, dim);
    const square = (seed: number) => rowsOf(normals(dim * dim, seed, 0.5), dim, dim);
    const heads = [80, 90].map((seed) => ({ Q: square(seed), K: square(seed + 1), V: square(seed + 2) }));
    const bound = bind(plugin, dim, { beta: 1.1, heads });
    const closure = { B: new Float64Array(dim * dim).fill(Number.NaN), c: new Float64Array(dim).fill(Number.NaN) };
    bound.gaussianField!(mean, cov, 0, closure);
    const queries = tokens(normals(5 * dim, 75, 0.5), 5, dim);
    // 30 nodes per axis integrate e^{⟨a, z⟩} with |a| ≤ 1.5 to a^60/60! ≈ 1e-72; what is left are 27,000 roundings.
    const found = field(bound, gaussianRule(mean, root, dim, 30), queries);
    const affine = product(queries.points, flip(closure.B, dim, dim), 5, dim, dim).map(
      (v, i) => v + closure.c[i % dim]!,
    );
    expect(distanceMax(found, affine)).toBeLessThan(1e-12);
    if (bound.riccati === undefined) return;
    const B = new Float64Array(dim * dim);
    for (const { A, V } of bound.riccati(0)) {
      product(V, product(cov, A, dim, dim, dim), dim, dim, dim).forEach((value, i) => {
        B[i]! += value;
      });
    }
    expect(distanceMax(B, closure.B)).toBeLessThan(1e-14);
  });
});

test("unnormalised: plain is e^β times shifted", () => {
  const plugin = attentionCatalog.find((one) => one.name === "unnormalised")!;
  for (const mask of [open, ordered]) {
    const [plain, shifted] = ["plain", "shifted"].map((scaling) =>
      field(bind(plugin, d, { ...general, scaling }), cloud, cloud, mask),
    );
    plain!.forEach((value, i) => {
      expect(value / shifted![i]!).toBeCloseTo(Math.exp(general.beta), 12);
    });
  }
});

test("unnormalised under a mask still divides by the full n", () => {
  const plugin = attentionCatalog.find((one) => one.name === "unnormalised")!;
  const masked = field(bind(plugin, 1, { beta: 0 }), tokens(Float64Array.of(3, 5, 7), 3, 1), undefined, ordered);
  expect(distanceMax(masked, [3 / 3, 8 / 3, 15 / 3])).toBeLessThan(1e-15);
});
