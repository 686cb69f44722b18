import { describe, expect, test } from "vitest";
import { InputError } from "../foundation/errors/index.js";
import { cloudOf } from "../foundation/law/index.js";
import { matMulNT } from "../foundation/linear-algebra/index.js";
import { randomMatrix, stream } from "../foundation/random/index.js";
import type { Gaussian, Law, PointCloud } from "../laws/contract.js";
import type { DistancePlugin } from "./contract.js";
import { pairOf } from "./shared/require-pair.js";

const modules = import.meta.glob("./*/index.ts", { eager: true }) as Record<string, Record<string, unknown>>;

const camel = (name: string): string => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

const members = Object.entries(modules).map(([file, module]) => {
  const folder = file.split("/")[1]!;
  return { folder, plugin: module[camel(folder)] as DistancePlugin };
});

function randomCloud(n: number, d: number, seed: number, shift = 0): PointCloud {
  const points = new Float64Array(n * d);
  stream({ seed, purpose: "distance contract" }).fillNormal(points);
  return cloudOf(
    points.map((value) => value + shift),
    n,
    d,
  );
}

function weightedCloud(n: number, d: number, seed: number): PointCloud {
  const cloud = randomCloud(n, d, seed);
  const raw = new Float64Array(n);
  stream({ seed, purpose: "distance contract weights" }).fillUniform(raw);
  const total = raw.reduce((sum, value) => sum + value, 0);
  return { kind: "point-cloud", m: n, d, points: cloud.points, weights: raw.map((value) => value / total) };
}

function randomGaussian(d: number, rank: number, seed: number): Gaussian {
  const factor = randomMatrix("ginibre", d, rank, 1, seed);
  const cov = new Float64Array(d * d);
  matMulNT(factor, factor, d, rank, d, cov);
  const mean = new Float64Array(d);
  stream({ seed, purpose: "distance contract mean" }).fillNormal(mean);
  return { kind: "gaussian", d, mean, cov };
}

const pointAt = (value: number, d: number): Gaussian => ({
  kind: "gaussian",
  d,
  mean: new Float64Array(d).fill(value),
  cov: new Float64Array(d * d),
});

/** Laws of every kind: full and singular, many points and one. */
const zoo = (d: number): readonly Law[] => [
  randomCloud(20, d, 1),
  randomCloud(13, d, 2, 1),
  weightedCloud(9, d, 3),
  randomCloud(1, d, 4),
  randomGaussian(d, d, 5),
  randomGaussian(d, 1, 6),
  pointAt(0.5, d),
];

/** Points on a short arc of the circle, so that turning one law away from another takes it further. */
function arc(n: number, seed: number): PointCloud {
  const { points } = randomCloud(n, 1, seed);
  const angle = (i: number) => 0.05 * points[i]!;
  return cloudOf(
    Float64Array.from({ length: 2 * n }, (_, i) => (i % 2 === 0 ? Math.cos(angle(i >> 1)) : Math.sin(angle(i >> 1)))),
    n,
    2,
  );
}

/** The laws of the zoo that a member compares with one another; on common positions where it asks for them. */
function fauna({ traits }: DistancePlugin, d: number): readonly Law[] {
  if (traits.manifold === "circle") return [arc(8, 1), arc(5, 2), arc(12, 3), arc(1, 4)];
  if (traits.positions) return [1, 2, 3].map((seed) => randomCloud(8, d, seed, seed));
  return zoo(d);
}

const compares = ({ traits }: DistancePlugin, a: Law, b: Law): boolean => traits.between.includes(pairOf(a, b));

/** Unordered pairs of laws that a member compares. */
function pairs(plugin: DistancePlugin, d: number): (readonly [Law, Law])[] {
  const laws = fauna(plugin, d);
  return laws.flatMap((a, i) => laws.slice(i).map((b) => [a, b] as const)).filter(([a, b]) => compares(plugin, a, b));
}

const codeOf = (f: () => unknown): string => {
  try {
    f();
  } catch (error) {
    if (error instanceof InputError) return error.code;
  }
  return "nothing";
};

function moved(law: Law, by: Float64Array): Law {
  if (law.kind === "gaussian") return { ...law, mean: law.mean.map((value, i) => value + by[i]!) };
  return { ...law, points: law.points.map((value, i) => value + by[i % law.d]!) };
}

function turned(law: Law, rotation: Float64Array): Law {
  const { d } = law;
  const rows = law.kind === "gaussian" ? 1 : law.m;
  const out = new Float64Array(rows * d);
  matMulNT(law.kind === "gaussian" ? law.mean : law.points, rotation, rows, d, d, out);
  if (law.kind === "point-cloud") return { ...law, points: out };
  const half = new Float64Array(d * d);
  const cov = new Float64Array(d * d);
  matMulNT(rotation, law.cov, d, d, d, half);
  matMulNT(half, rotation, d, d, d, cov);
  return { ...law, mean: out, cov };
}

/** The isometry that separates two laws: a translation, or a turn where there is none. */
function separated({ traits }: DistancePlugin, law: Law, by: Float64Array): Law {
  if (traits.manifold === undefined) return moved(law, by);
  const [c, s] = [Math.cos(by[0]! / 4), Math.sin(by[0]! / 4)];
  return turned(law, Float64Array.of(c, -s, s, c));
}

/** Distances are roots of sums that round at 1e-16 of their terms, so their zero is known to about 1e-8. */
const slack = 1e-7;

test("there are members", () => {
  expect(members.length).toBeGreaterThan(0);
});

describe.each(members)("distance $folder", ({ folder, plugin }) => {
  const bind = (seed = 1) => plugin.bind(plugin.params.parse({}), seed);

  test("says what it is", () => {
    expect(plugin.name).toBe(folder);
    for (const text of [plugin.doc, plugin.source, plugin.unit]) expect(text.trim().length).toBeGreaterThan(0);
    expect(plugin.params.safeParse({ "no-such-parameter": 1 }).success).toBe(false);
  });

  test.each([1, 3])("is finite, non-negative, symmetric and zero on identical laws, d = %i", (d) => {
    const distance = bind();
    for (const a of fauna(plugin, d)) {
      // A copy, so that no shortcut by identity can hide anything.
      expect(distance(a, structuredClone(a))).toBeLessThan(slack);
    }
    for (const [a, b] of pairs(plugin, d)) {
      const value = distance(a, b);
      expect(Number.isFinite(value)).toBe(true);
      expect(value).toBeGreaterThanOrEqual(0);
      expect(Math.abs(value - distance(b, a))).toBeLessThan(slack);
    }
  });

  test("refuses beforehand what it would refuse when it measures, and nothing else", () => {
    const apart = fauna(plugin, 2).flatMap((a) => zoo(3).map((b) => [a, b] as const));
    const same = [1, 2].flatMap((d) => {
      const laws = [...zoo(d), ...fauna(plugin, d), cloudOf(new Float64Array(6 * d).fill(1), 6, d)];
      return laws.flatMap((a) => laws.map((b) => [a, b] as const));
    });
    const few = randomCloud(2001, 2, 7);
    const broken = { ...few, weights: few.weights.map((weight) => 2 * weight) };
    const many = [few, broken].map((a) => [a, randomCloud(3, 2, 8)] as const);
    const choices = [{}, { order: 1 }, { bandwidth: "median" }].filter((one) => plugin.params.safeParse(one).success);
    for (const choice of choices) {
      const params = plugin.params.parse(choice);
      const distance = plugin.bind(params, 1);
      for (const [a, b] of [...apart, ...same, ...many]) {
        expect(codeOf(() => plugin.requireLaws(params, a, b))).toBe(codeOf(() => distance(a, b)));
      }
    }
  });

  test("obeys the triangle inequality, where it says so", () => {
    if (!plugin.traits.triangle) return;
    const distance = bind();
    const laws = fauna(plugin, 3);
    for (const a of laws) {
      for (const b of laws) {
        for (const c of laws) {
          if (![[a, b] as const, [b, c] as const, [a, c] as const].every(([x, y]) => compares(plugin, x, y))) continue;
          expect(distance(a, c)).toBeLessThanOrEqual(distance(a, b) + distance(b, c) + slack);
        }
      }
    }
  });

  test("does not see a common translation", () => {
    const distance = bind();
    const by = Float64Array.of(3, -1, 0.5);
    for (const [a, b] of pairs(plugin, 3)) {
      const both = distance(separated(plugin, a, by), separated(plugin, b, by));
      expect(Math.abs(both - distance(a, b))).toBeLessThan(slack);
    }
  });

  test("does not see a common rotation, up to its own spread over seeds", () => {
    for (const [a, b] of pairs(plugin, 3)) {
      const rotation = randomMatrix("orthogonal", a.d, a.d, 1, 8);
      const seeds = Array.from({ length: 12 }, (_, seed) => bind(seed)(a, b));
      const spread = Math.max(...seeds) - Math.min(...seeds);
      const value = bind()(turned(a, rotation), turned(b, rotation));
      // Distances without random directions have no spread: then only rounding is allowed.
      expect(value).toBeGreaterThan(Math.min(...seeds) - spread - slack);
      expect(value).toBeLessThan(Math.max(...seeds) + spread + slack);
    }
  });

  test("grows with the separation; a bounded one does not fall", () => {
    const distance = bind();
    for (const a of fauna(plugin, 2)) {
      const values = [0, 1, 2, 4, 8].map((by) => distance(a, separated(plugin, a, Float64Array.of(by, by))));
      const least = plugin.traits.bounded ? -slack : 0.1;
      for (let k = 1; k < values.length; k++) expect(values[k]!).toBeGreaterThan(values[k - 1]! + least);
      expect(values[1]!).toBeGreaterThan(0.1);
    }
  });

  test("is a function of its parameters and seed, and leaves the laws alone", () => {
    const [a, b] = pairs(plugin, 3).findLast(([one, other]) => one !== other)!;
    const before = structuredClone([a, b]);
    const distance = bind(5);
    const value = distance(a, b);
    expect(distance(a, b)).toBe(value);
    expect(bind(5)(a, b)).toBe(value);
    expect([a, b]).toEqual(before);
  });

  test("refuses laws it cannot compare", () => {
    const refusal = (a: Law, b: Law): string => codeOf(() => bind()(a, b));
    expect(refusal(randomCloud(4, 2, 1), randomCloud(4, 3, 1))).toBe("wrong-shape");
    expect(refusal(randomGaussian(2, 2, 1), randomCloud(4, 3, 1))).toBe("wrong-shape");
    const broken = { ...randomGaussian(2, 2, 1), mean: Float64Array.of(0, Number.NaN) };
    expect(refusal(broken, randomCloud(4, 2, 1))).toBe("not-finite");
  });

  test("compares the pairs it says, and refuses the others by name", () => {
    expect(plugin.traits.between.length).toBeGreaterThan(0);
    const laws = fauna(plugin, 2).concat(zoo(2));
    for (const a of laws) {
      for (const b of laws) {
        if (compares(plugin, a, b)) continue;
        expect(codeOf(() => bind()(a, b))).toBe("incompatible");
        expect(() => bind()(a, b)).toThrow(folder);
      }
    }
  });
});
