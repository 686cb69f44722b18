import { describe, test } from "vitest";
import { type Case, check, sound, withGaussian } from "./helpers/refusal.js";

const measurements: readonly Case[] = [
  [
    "both every and at",
    { ...sound, observe: { spectrum: { every: 0.1, at: [0.5] } } },
    "incompatible",
    "observe.spectrum",
    ["every and at exclude each other"],
  ],
  ["records after the end", { ...sound, save: { at: [0.5, 2] } }, "out-of-range", "save.at.1", ["[0, 1]", "got 2"]],
  [
    "observations before the start",
    { ...sound, observe: { spectrum: { at: [-1] } } },
    "out-of-range",
    "observe.spectrum.at.0",
    ["[0, 1]", "got -1"],
  ],
  ["save.at a word", { ...sound, save: { at: "middle" } }, "wrong-type", "save.at", ['"middle"', "every"]],
  [
    "a rank tolerance of 0",
    { ...withGaussian({ mean: [0, 0] }), observe: { rank: { what: { rank: { tolerance: 0 } } } } },
    "out-of-range",
    "observe.rank.what.rank.tolerance",
    ["must be > 0"],
  ],
  [
    "a rank tolerance of 1",
    { ...withGaussian({ mean: [0, 0] }), observe: { rank: { what: { rank: { tolerance: 1 } } } } },
    "out-of-range",
    "observe.rank.what.rank.tolerance",
    ["must be < 1"],
  ],
  [
    "a distance that cannot compare these levels",
    {
      ...sound,
      initial: { gaussian: { mean: [0, 0], n: 8 } },
      levels: { particles: {}, "gaussian-moments": {} },
      compare: { metrics: ["wasserstein"] },
    },
    "incompatible",
    "compare.metrics.0",
    ["particles", "sliced-wasserstein"],
  ],
  [
    "a distance that stands twice",
    {
      ...sound,
      levels: { particles: {}, layers: { L: 2 } },
      compare: { metrics: ["wasserstein", "bures-wasserstein", { wasserstein: { order: 1 } }] },
    },
    "conflict",
    "compare.metrics.2",
    ["wasserstein twice"],
  ],
  [
    "a distance along the circle in R^3",
    {
      ...sound,
      initial: { gaussian: { mean: [0, 0, 0], n: 8 } },
      levels: { particles: {}, layers: { L: 2 } },
      compare: { metrics: ["circle-wasserstein"] },
    },
    "incompatible",
    "compare.metrics.0",
    ["circle-wasserstein", "d = 3"],
  ],
  [
    "a distance of more points than it takes",
    {
      ...sound,
      initial: { gaussian: { mean: [0, 0, 0], n: 2001 } },
      levels: { particles: {}, layers: { L: 2 } },
      compare: { metrics: ["mmd", "wasserstein"] },
    },
    "out-of-range",
    "compare.metrics.1",
    ["at most 2000 points", "2001 points"],
  ],
  [
    "an expectation of a distance that cannot compare that pair",
    {
      ...sound,
      initial: { gaussian: { mean: [0, 0], n: 8 } },
      levels: { particles: {}, layers: { L: 2 }, "gaussian-moments": {} },
      compare: { metrics: ["wasserstein", "mmd"] },
      expect: [{ series: "particles|gaussian-moments.wasserstein", below: 1 }],
    },
    "unknown-name",
    "expect.0.series",
    ["metric of particles|gaussian-moments", "mmd"],
  ],
  [
    "an expectation of a series nobody records",
    { ...sound, expect: [{ series: "particles.energi", below: 1 }] },
    "unknown-name",
    "expect.0.series",
    ["energi", "There are"],
  ],
  [
    "an expectation of a pair nobody compares",
    { ...sound, expect: [{ series: "particles|moments.energy-distance", below: 1 }] },
    "unknown-name",
    "expect.0.series",
    ["pair of levels"],
  ],
  ["an expectation of nothing", { ...sound, expect: [{}] }, "incompatible", "expect.0", ["series and level"]],
];

describe("what is measured, compared and expected", () => {
  test.each(measurements.map((one) => [one[0], one] as const))("%s", (_what, one) => check(one));
});
