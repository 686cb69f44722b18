import { describe, expect, test } from "vitest";
import { expectCatalog, expectSelfDescribing, membersOf } from "../../test/helpers/family.js";
import { distanceMax } from "../../test/helpers/slope.js";
import { momentsOf } from "../foundation/law/index.js";
import { lawsCatalog } from "./catalog.js";
import type { LawPlugin } from "./contract.js";

const members = membersOf<LawPlugin>(import.meta.glob("./*/index.ts", { eager: true }));

/** Something each law can be bound to; a new law adds its line. */
const samples: Record<string, unknown> = {
  density: { circle: { expression: "1 + 0.5*cos(theta) + 0.3*sin(2*theta)" }, n: 4000, seed: 3 },
  equiangular: { d: 6, n: 5, overlap: 0.3 },
  gaussian: {
    mean: [1, -2],
    cov: [
      [2, 0.5],
      [0.5, 1],
    ],
    n: 4000,
    seed: 3,
  },
  mixture: {
    weights: [0.25, 0.75],
    means: [
      [1, 0],
      [-0.5, 0.5],
    ],
    covs: [{ scale: 0.5 }, { diagonal: [1, 0.2] }],
    n: 4000,
    seed: 3,
  },
  points: [
    [1, 2],
    [3, 5],
    [-1, 0],
  ],
  "uniform-sphere": { d: 3, n: 4000, seed: 3 },
};

test("the catalog holds exactly the folders", () => expectCatalog(lawsCatalog, members));

describe.each(members)("law $folder", (member) => {
  const { plugin } = member;
  const bind = (changes: Record<string, unknown> = {}) => {
    const sample = samples[member.folder];
    return plugin.bind(plugin.params.parse(Array.isArray(sample) ? sample : { ...(sample as object), ...changes }));
  };

  test("says what it is", () => {
    expectSelfDescribing(member);
    expect(bind().name).toBe(member.folder);
  });

  test("a bounded law keeps its tokens within a few deviations of its mean, an unbounded one has tails", () => {
    const law = bind();
    const { mean, cov } = law.moments();
    const { points, m, d } = law.cloud();
    const deviation = Math.sqrt(cov.reduce((sum, value, k) => sum + (k % (d + 1) === 0 ? value : 0), 0));
    let farthest = 0;
    for (let i = 0; i < m; i++) {
      farthest = Math.max(farthest, Math.hypot(...mean.map((value, a) => points[i * d + a]! - value)) / deviation);
    }
    // 4000 normal tokens of the plane reach 2.5 to 4.5 deviations; the sphere, the points and the simplex not 2.5.
    expect(farthest > 2.5).toBe(law.unbounded === true);
  });

  test("its cloud has n tokens in d dimensions with weights 1/n and increasing positions, the same each time", () => {
    const law = bind();
    const cloud = law.cloud();
    expect([cloud.m, cloud.d, cloud.points.length]).toEqual([law.n, law.d, law.n! * law.d]);
    expect(cloud.weights.every((w) => w === 1 / law.n!)).toBe(true);
    expect(cloud.positions!.every((s, i) => s === (i + 1) / law.n!)).toBe(true);
    expect(bind().cloud().points).toEqual(cloud.points);
  });

  test("draws other tokens for other repeats where it is seeded, and the same where it is not", () => {
    const law = bind();
    const clouds = [0, 1, 2].map((run) => law.cloud(run).points);
    expect(clouds[0]).toEqual(law.cloud().points);
    for (const [a, b] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const) {
      if (plugin.seeded) expect(distanceMax(clouds[a]!, clouds[b]!)).toBeGreaterThan(1e-3);
      else expect(clouds[a]).toEqual(clouds[b]);
    }
  });

  test("its moments are those of its tokens, to sampling error where they are sampled", () => {
    const law = bind();
    const [exact, found] = [law.moments(), momentsOf(law.cloud())];
    // 4000 draws: standard error of an entry at most 2·√2/√4000 = .045, five of them.
    const slack = plugin.seeded ? 0.22 : 1e-14;
    expect(distanceMax(found.mean, exact.mean)).toBeLessThan(slack);
    expect(distanceMax(found.cov, exact.cov)).toBeLessThan(slack);
  });

  test("a seed changes the tokens and not the law", () => {
    if (!plugin.seeded) return;
    const [one, two] = [bind({ seed: 1 }), bind({ seed: 2 })];
    expect(distanceMax(one.cloud().points, two.cloud().points)).toBeGreaterThan(0.1);
    expect(one.moments()).toEqual(two.moments());
  });
});

test("equiangular: every overlap is ρ and every length 1, from −1/(n−1) to 1", () => {
  const plugin = lawsCatalog.find((one) => one.name === "equiangular")!;
  for (const overlap of [-1 / 4, -0.1, 0, 0.7, 1]) {
    const { points } = plugin.bind({ d: 7, n: 5, overlap }).cloud();
    for (let i = 0; i < 5; i++) {
      for (let j = 0; j < 5; j++) {
        let inner = 0;
        for (let a = 0; a < 7; a++) inner += points[i * 7 + a]! * points[j * 7 + a]!;
        expect(Math.abs(inner - (i === j ? 1 : overlap))).toBeLessThan(2e-15);
      }
    }
  }
});

test("a singular Gaussian keeps its tokens in the range of its covariance", () => {
  const plugin = lawsCatalog.find((one) => one.name === "gaussian")!;
  const { points } = plugin
    .bind({
      mean: 0,
      cov: [
        [1, 2],
        [2, 4],
      ],
      n: 50,
      seed: 1,
    })
    .cloud();
  // y = 2x; the square root of a singular matrix is good to the root of the rounding of its eigenvalue, at worst 2e-8.
  for (let i = 0; i < 50; i++) expect(Math.abs(points[2 * i + 1]! - 2 * points[2 * i]!)).toBeLessThan(1e-7);
});
