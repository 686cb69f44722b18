/**
 * Verdicts over a fixed ensemble of random heads, general V: counts by regime and stratum, the share that stays
 * `undecided`, and what it cost.
 * Run: npm run build && node bench/regimes/bench.mjs [systems per stratum]
 *
 * JSON lines on stdout: one for each undecided system, one for each stratum (`verdicts`: the first letter of each, seed by
 * seed), one for all.
 */
import { regime, regimeStatistics, regimeSummary } from "../../packages/core/dist/analysis/regime/index.js";
import { experiment } from "../../packages/core/dist/experiment/index.js";

const count = Number(process.argv[2] ?? 100);
const random = (kind, seed, more = {}) => ({ random: kind, seed, ...more });
/** Q, K, V of a seed; all on different streams of it. */
const draw = (kind, seed, more) => ({
  Q: random(kind, 4 * seed, more),
  K: random(kind, 4 * seed + 1, more),
  V: random(kind, 4 * seed + 2, more),
});
const lowRank = (seed, rows) => ({
  Q: random("ginibre", 4 * seed, { rows, scale: "xavier" }),
  K: random("ginibre", 4 * seed + 1, { rows, scale: "xavier" }),
  V: random("ginibre", 4 * seed + 2, { scale: "xavier" }),
});
const xavier = { scale: "xavier" };
const strata = {
  "ginibre, d = 2, W = 0": (seed) => [2, draw("ginibre", seed), { scale: 0 }],
  "ginibre, d = 2, W = −I": (seed) => [2, draw("ginibre", seed), { scale: -1 }],
  "xavier, d = 3, W = 0": (seed) => [3, draw("ginibre", seed, xavier), { scale: 0 }],
  "xavier, d = 4, W = 0": (seed) => [4, draw("ginibre", seed, xavier), { scale: 0 }],
  "xavier, d = 4, W = −I/2": (seed) => [4, draw("ginibre", seed, xavier), { scale: -0.5 }],
  "xavier, d = 4, W ginibre/2": (seed) => [
    4,
    draw("ginibre", seed, xavier),
    random("ginibre", 4 * seed + 3, { scale: 0.25 }),
  ],
  "goe, d = 3, W = 0": (seed) => [3, draw("goe", seed, { scale: 0.5 }), { scale: 0 }],
  "rank 1 of 3, W = 0": (seed) => [3, lowRank(seed, 1), { scale: 0 }],
  "rank 2 of 4, W = −I/2": (seed) => [4, lowRank(seed, 2), { scale: -0.5 }],
  "two heads of rank 2 of 4, W = 0": (seed) => [
    4,
    { heads: [lowRank(2 * seed, 2), lowRank(2 * seed + 1, 2)] },
    { scale: 0 },
  ],
};

const all = [];
for (const [stratum, system] of Object.entries(strata)) {
  const cells = [];
  const cpu = process.cpuUsage();
  for (let seed = 1; seed <= count; seed++) {
    const [d, attention, W] = system(seed);
    const { model, initial } = experiment({
      model: { attention: { softmax: attention }, feedforward: { affine: { W } } },
      initial: { gaussian: { mean: Array.from({ length: d }, () => 0), cov: "identity" } },
      levels: { "gaussian-moments": {} },
    });
    const before = process.cpuUsage();
    const verdict = regime.analyze({ model, initial, span: [0, 1] });
    const used = process.cpuUsage(before);
    cells.push({ ...regimeSummary(verdict), seconds: (used.user + used.system) / 1e6 });
    if (verdict.verdict !== "undecided") continue;
    const { argument, tried } = verdict.certificate;
    console.log(JSON.stringify({ stratum, seed, argument, tried: tried?.at(-1) }));
  }
  const { user, system: kernel } = process.cpuUsage(cpu);
  const { frequencies } = regimeStatistics(cells);
  const counts = Object.fromEntries(Object.entries(frequencies).map(([name, { count: k }]) => [name, k]));
  const slowest = Math.max(...cells.map((cell) => cell.seconds));
  const verdicts = cells.map((cell) => cell.verdict[0]).join("");
  console.log(JSON.stringify({ stratum, count, verdicts, counts, seconds: (user + kernel) / 1e6, slowest }));
  all.push(...cells);
}
console.log(JSON.stringify({ all: all.length, ...regimeStatistics(all) }));
