import { describe, expect, test } from "vitest";
import { flip, normals, product, rowsOf } from "../../test/helpers/arrays.js";
import { expectCatalog, expectSelfDescribing, membersOf } from "../../test/helpers/family.js";
import { gaussianRule } from "../../test/helpers/gauss-hermite.js";
import { distanceMax } from "../../test/helpers/slope.js";
import { describeParameters } from "../experiment/describe.js";
import { createReferenceBackend } from "../foundation/backend/index.js";
import { inverse, ownLinearAlgebra } from "../foundation/linear-algebra/index.js";
import { randomMatrix } from "../foundation/random/index.js";
import { tokens, type WeightedPoints } from "../foundation/shapes/index.js";
import { euclidean } from "../geometry/euclidean/index.js";
import { causal } from "../masks/causal/index.js";
import type { Mask } from "../masks/contract.js";
import { none } from "../masks/none/index.js";
import { createModel } from "../model/index.js";
import { none as noNoise } from "../noise/none/index.js";
import { none as noNormalization } from "../normalization/none/index.js";
import { attentionCatalog } from "./catalog.js";
import type { Attention, AttentionPlugin, GaussianScore } from "./contract.js";

const members = membersOf<AttentionPlugin>(import.meta.glob("./*/index.ts", { eager: true }));
const open = none.bind({});
const ordered = causal.bind({});

/** β as the kind writes it, ε = 1/β where it has an ε, nothing where it has neither; an iteration is driven to rounding. */
function spelled(plugin: AttentionPlugin, params: Record<string, unknown>): Record<string, unknown> {
  const known = describeParameters(plugin.params).map((one) => one.name);
  if (known.includes("beta")) return params;
  const { beta, heads, ...rest } = params;
  if (!known.includes("epsilon")) {
    const bare = (heads as Record<string, unknown>[] | undefined)?.map(({ beta: _, ...head }) => head);
    return { ...rest, ...(bare ? { heads: bare } : {}) };
  }
  const scale = beta === undefined ? {} : { epsilon: 1 / (beta as number) };
  const list = heads as Record<string, unknown>[] | undefined;
  const own = list?.map(({ beta: b, ...head }) => (b === undefined ? head : { ...head, epsilon: 1 / (b as number) }));
  return { ...rest, ...scale, ...(own ? { heads: own } : {}), tolerance: 1e-14 };
}

function bind(plugin: AttentionPlugin, d: number, params: Record<string, unknown>): Attention {
  return plugin.bind(plugin.params.parse(spelled(plugin, params)), { d, span: [0, 1] }, createReferenceBackend());
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
  const masks = plugin.traits.denseOnly ? [open] : [open, ordered];

  test("says what it is, and the bound one says the same", () => {
    expectSelfDescribing(member);
    expect(attention.name).toBe(member.folder);
    expect(attention.traits).toEqual(plugin.traits);
    expect(attention.breakpoints).toEqual([]);
    expect(attention.gaussianField !== undefined).toBe(plugin.traits.gaussianClosed);
    expect(attention.pieceAt !== undefined).toBe(!plugin.traits.smooth);
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
    for (const mask of masks) {
      // One more term in a sum of twelve.
      expect(distanceMax(field(attention, split, cloud, mask), field(attention, cloud, cloud, mask))).toBeLessThan(
        1e-13,
      );
    }
  });

  test("under a mask it is defined, or refuses it in words", () => {
    if (!plugin.traits.denseOnly) {
      expect(field(attention, cloud, cloud, ordered).every(Number.isFinite)).toBe(true);
      return;
    }
    expect(() => field(attention, cloud, cloud, ordered)).toThrow(`${member.folder} attention: `);
    const context = { d, span: [0, 1] } as const;
    const empty = { normalization: noNormalization.bind({}, context), noise: noNoise.bind({}, context) };
    const parts = { ...empty, d, attention: [attention], feedforward: [], sign: "attract" } as const;
    const more = { geometry: euclidean, linearAlgebra: ownLinearAlgebra, mask: ordered };
    expect(() => createModel({ ...parts, ...more })).toThrow(`${member.folder} attention is defined only where`);
  });

  test("where every position has the same law, a mask shows a share of it: all of it to kinds that normalise", () => {
    if (plugin.traits.denseOnly) return;
    const count = 5;
    const points = new Float64Array(count * n * d);
    for (let k = 0; k < count; k++) points.set(cloud.points, k * n * d);
    const weights = new Float64Array(count * n).fill(1 / (count * n));
    const positions = Float64Array.from({ length: count * n }, (_, i) => (1 + Math.floor(i / n)) / count);
    const product = { m: count * n, d, points, weights, positions };
    const [masked, plain] = [field(attention, product, product, ordered), field(attention, product)];
    for (let i = 0; i < masked.length; i++) {
      const share = plugin.traits.weights === "probability" ? 1 : positions[Math.floor(i / d)]!;
      // The same sixty terms, in sums of different length.
      expect(Math.abs(masked[i]! - share * plain[i]!)).toBeLessThan(1e-13);
    }
  });

  test("the causal field of the prefix is that of the whole, and the first token is alone", () => {
    if (plugin.traits.denseOnly) return;
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

  test("rectangular Q and K enter through their products alone: KᵀQ, and KᵀK and QᵀQ where the kind needs them", () => {
    const [Q, K] = [normals(2 * d, 51), normals(2 * d, 52)];
    const thin = bind(plugin, d, { Q: rowsOf(Q, 2, d), K: rowsOf(K, 2, d) });
    const rotation = randomMatrix("orthogonal", d, d, 1, 9);
    const padded = (m: Float64Array) => {
      const whole = new Float64Array(d * d);
      whole.set(m);
      return rowsOf(product(rotation, whole, d, d, d), d, d);
    };
    const turned = bind(plugin, d, { Q: padded(Q), K: padded(K) });
    expect(distanceMax(field(thin, cloud), field(turned, cloud))).toBeLessThan(1e-12);
    if (thin.kernel?.(0).heads.some((head) => head.keyGram !== undefined)) return;
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

  test("kinds that jump have smooth pieces: the field itself while the margin is positive, and smooth beyond", () => {
    if (attention.pieceAt === undefined) return;
    const direction = normals(n * d, 6);
    const at = (h: number) => moved(cloud.points.map((x, i) => x + h * direction[i]!));
    for (const mask of masks) {
      const { attention: piece, margin } = attention.pieceAt(cloud, mask, 0);
      expect(margin(cloud, 0)).toBeGreaterThan(0);
      let [inside, beyond] = [0, 0];
      for (let k = 0; k <= 40; k++) {
        const there = at(0.05 * k);
        const same = distanceMax(field(piece, there, there, mask), field(attention, there, there, mask)) < 1e-14;
        if (margin(there, 0) > 0) {
          inside++;
          expect(same).toBe(true);
        } else if (!same) beyond++;
      }
      // Both kinds of place were visited, or the test says nothing.
      expect(Math.min(inside, beyond)).toBeGreaterThan(0);
      const h = 1e-4;
      const [minus, middle, plus] = [-h, 0, h].map((s) => field(piece, at(40 + s), at(40 + s), mask));
      const size = Math.max(...middle!.map(Math.abs));
      // As for smooth kinds below: h² times the second derivative, and 1e-16/h² of rounding.
      middle!.forEach((value, i) => {
        expect(Math.abs(plus![i]! - 2 * value + minus![i]!)).toBeLessThan(100 * size * h * h);
      });
    }
  });

  test("probability weights: V = I keeps the field in the hull, also at scores of ±10⁴, where one token has all weight", () => {
    if (plugin.traits.weights !== "probability") return;
    const identity = bind(plugin, d, { beta: 1, Q: general.Q, K: general.K });
    for (const mask of masks) {
      const values = field(identity, cloud, cloud, mask);
      for (let a = 0; a < d; a++) {
        const column = Array.from({ length: n }, (_, i) => cloud.points[i * d + a]!);
        for (let i = 0; i < n; i++) {
          expect(values[i * d + a]!).toBeGreaterThanOrEqual(Math.min(...column) - 1e-14);
          expect(values[i * d + a]!).toBeLessThanOrEqual(Math.max(...column) + 1e-14);
        }
      }
    }
    const steep = bind(plugin, 1, { beta: 1 });
    const found = field(steep, tokens(Float64Array.of(-100, 40, 100), 3, 1));
    // 100·⅓/⅓: two roundings.
    for (const value of found) {
      expect(Math.min(...[-100, 40, 100].map((token) => Math.abs(token - value)))).toBeLessThan(1e-13);
    }
  });

  test.each([
    [1, "full"],
    [2, "full"],
    [3, "full"],
    [1, "singular"],
    [2, "singular"],
    [3, "singular"],
  ])("the Gaussian closure is what quadrature gives, d = %i, %s covariance", (dim, kind) => {
    if (!plugin.traits.gaussianClosed) return;
    const size = 0.5 / Math.sqrt(dim);
    const root = normals(dim * dim, 60 + dim, size);
    if (kind === "singular") for (let a = 0; a < dim; a++) root[a * dim] = 0;
    const mean = normals(dim, 70, 0.5);
    const cov = product(root, flip(root, dim, dim), dim, dim, dim);
    const square = (seed: number) => rowsOf(normals(dim * dim, seed, size), dim, dim);
    const heads = [80, 90].map((seed) => ({ Q: square(seed), K: square(seed + 1), V: square(seed + 2) }));
    const bound = bind(plugin, dim, { beta: 1.1, heads });
    const closure = { B: new Float64Array(dim * dim).fill(Number.NaN), c: new Float64Array(dim).fill(Number.NaN) };
    bound.gaussianField!(mean, cov, 0, closure);
    const queries = tokens(normals(5 * dim, 75, 0.5), 5, dim);
    // 40 nodes an axis integrate e^{⟨a, z⟩} with |a| ≤ 1 to 1/80! and e^{−az²/2} with a ≤ 1, as here, to 3^−40; what is
    // left are 64,000 roundings. A scaling sweeps over all pairs of nodes, so there are 10 of them in d = 3: 3^−10 of a
    // form that is 1e-3 here, since a is of second order in the scores.
    const coarse = plugin.traits.denseOnly === true && dim === 3;
    const found = field(bound, gaussianRule(mean, root, dim, coarse ? 10 : 40), queries);
    const affine = product(queries.points, flip(closure.B, dim, dim), 5, dim, dim).map(
      (v, i) => v + closure.c[i % dim]!,
    );
    expect(distanceMax(found, affine)).toBeLessThan(coarse ? 1e-7 : 1e-12);
    if (bound.riccati === undefined) return;
    const B = new Float64Array(dim * dim);
    for (const { A, V } of bound.riccati(0)) {
      product(V, product(cov, A, dim, dim, dim), dim, dim, dim).forEach((value, i) => {
        B[i]! += value;
      });
    }
    expect(distanceMax(B, closure.B)).toBeLessThan(1e-14);
  });

  test("the weights it states against a Gaussian have the closure as their mean", () => {
    const [bound, mean] = [bind(plugin, d, { beta: 1, Q: general.Q, K: general.K }), normals(d, 70, 0.5)];
    if (bound.gaussianScores === undefined) return;
    const root = normals(d * d, 64, 0.5);
    const cov = product(root, flip(root, d, d), d, d, d);
    const closure = { B: new Float64Array(d * d), c: new Float64Array(d) };
    bound.gaussianField!(mean, cov, 0, closure);
    const [{ M = new Float64Array(d * d), L, l = new Float64Array(d) }] = bound.gaussianScores(mean, cov, 0) as [
      GaussianScore,
    ];
    // N(m, Σ) times e^{−½yᵀMy + yᵀ(Lx + l)} has covariance (Σ⁻¹ + M)⁻¹ and mean m + that times (Lx + l − Mm).
    const precision = inverse(cov, d).map((entry, k) => entry + M[k]!);
    const tilted = inverse(precision, d);
    const shift = product(M, mean, d, d, 1).map((entry, a) => l[a]! - entry);
    const offset = product(tilted, shift, d, d, 1).map((entry, a) => entry + mean[a]!);
    // Two inversions of a covariance of condition 100.
    expect(distanceMax(closure.B, product(tilted, L, d, d, d))).toBeLessThan(1e-12);
    expect(distanceMax(closure.c, offset)).toBeLessThan(1e-12);
  });
});

const named = (name: string) => attentionCatalog.find((one) => one.name === name)!;
const shiftOf = [0.5, -2, 1];
const shifted = (points: Float64Array) => points.map((x, i) => x + shiftOf[i % d]!);

test.each([
  ["softmax: moving the keys alone moves the field", "softmax", false, general.K],
  ["l2 with Q = K: moving keys and queries moves the field", "l2", true, general.Q],
  ["sinkhorn: moving keys and queries moves the field", "sinkhorn", true, general.K],
] as const)("%s", (_title, name, together, K) => {
  const attention = bind(named(name), d, { beta: 1, Q: general.Q, K });
  const source = moved(shifted(cloud.points));
  const expected = shifted(field(attention, cloud));
  // What the shift adds to the scores cancels, or is absorbed by the potentials. Scores of size five: 1e-15 each.
  expect(distanceMax(field(attention, source, together ? source : cloud), expected)).toBeLessThan(1e-12);
});

test("sinkhorn and l2 at scores of ±10⁴ keep every token where it is; softmax sends 40 to 100", () => {
  const line = tokens(Float64Array.of(-100, 40, 100), 3, 1);
  const at = (name: string) => Array.from(field(bind(named(name), 1, { beta: 1 }), line));
  for (const name of ["l2", "sinkhorn"]) expect(distanceMax(at(name), [-100, 40, 100])).toBeLessThan(1e-13);
  expect(distanceMax(at("softmax"), [-100, 100, 100])).toBeLessThan(1e-13);
});

test("l2 with equal lengths |Kx| = |Qx| = 1 is softmax at 2β", () => {
  const points = cloud.points.slice();
  for (let i = 0; i < n; i++) {
    const row = points.subarray(i * d, i * d + d);
    const length = Math.hypot(...row);
    for (let a = 0; a < d; a++) row[a]! /= length;
  }
  const [one, two] = [bind(named("l2"), d, { beta: 0.8 }), bind(named("softmax"), d, { beta: 1.6 })];
  expect(distanceMax(field(one, moved(points)), field(two, moved(points)))).toBeLessThan(1e-14);
});

test("linear is the slope of unnormalised attention at β = 0", () => {
  const projections = { Q: general.Q, K: general.K, V: general.V };
  const [h, at] = [1e-4, (beta: number) => field(bind(named("unnormalised"), d, { beta, ...projections }), cloud)];
  const slope = at(h).map((value, i) => (value - at(-h)[i]!) / (2 * h));
  // Central difference: h²/6 times scores of size five cubed.
  expect(distanceMax(slope, field(bind(named("linear"), d, { beta: 1, ...projections }), cloud))).toBeLessThan(1e-6);
});

test("sigmoid: half the mean at β = 0, all of it under a great bias, unnormalised attention under a small one", () => {
  const at = (params: Record<string, unknown>) => field(bind(named("sigmoid"), d, params), cloud);
  const mean = field(bind(named("softmax"), d, { beta: 0 }), cloud);
  expect(
    distanceMax(
      at({ beta: 0 }),
      mean.map((value) => value / 2),
    ),
  ).toBeLessThan(1e-15);
  // 1 − 1/(1 + e^{−40 − s}) is below 1e-15.
  expect(distanceMax(at({ bias: 40 }), mean)).toBeLessThan(1e-14);
  const plain = field(bind(named("unnormalised"), d, {}), cloud);
  const faint = at({ bias: -30 }).map((value) => value * Math.exp(30));
  // 1/(1 + e^{−s−b}) = e^{s+b}(1 − e^{s+b} + …) with s up to 5.
  expect(distanceMax(faint, plain)).toBeLessThan(1e-10);
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
