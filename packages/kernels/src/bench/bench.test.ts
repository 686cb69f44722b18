import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { bench } from "./bench.js";
import { benchGroups } from "./plan.js";
import { leastTime } from "./roofline.js";

/** A clock of our own: every look at it is a millisecond later, so every interval of n looks is known. */
function clocks() {
  let ticks = 0;
  return { now: () => ticks++, processor: () => 0.5 * ticks };
}
const options = { repeats: 3, processors: 2 };

test("the roofline is the greater of what exponentials and multiply-adds take alone", () => {
  const roofline = { exponential: 0.3, multiplyAdd: 0.03 };
  const attention = (d: number) => ({ exponentials: 1, multiplyAdds: 2 * d });
  expect(leastTime(roofline, attention(3))).toEqual({ ns: 0.3, bound: "exponential" });
  expect(leastTime(roofline, attention(64))).toEqual({ ns: 128 * 0.03, bound: "multiply-add" });
  expect(leastTime(roofline, { exponentials: 0, multiplyAdds: 1 })).toEqual({ ns: 0.03, bound: "multiply-add" });
});

test("rows have what format.md asks for, and their fractions follow from times and rooflines", async () => {
  const result = await bench(
    { backends: ["reference", "wasm"], kernels: ["softmax", "product", "normals"], n: [40], d: [3, 64] },
    { ...options, clocks: clocks() },
  );
  const of = ({ kernel, backend, precision, n, d, threads }: (typeof result.rows)[number]) =>
    `${kernel} ${backend} ${precision} ${n} ${d} ${threads}`;
  expect(result.rows.map(of)).toEqual([
    ...["softmax reference f64 40 3 1", "softmax wasm f64 40 3 1", "softmax wasm f32 40 3 1"],
    ...["softmax reference f64 40 64 1", "softmax wasm f64 40 64 1", "softmax wasm f32 40 64 1"],
    ...["product reference f64 3 3 1", "product wasm f64 3 3 1"],
    ...["product reference f64 64 64 1", "product wasm f64 64 64 1"],
    ...["normals reference f64 40 1 1", "normals wasm f64 40 1 1"],
  ]);
  for (const row of result.rows) {
    // With this clock all samples of a case are equal; two looks at it lie between those of the processor's time.
    expect(row.nsPerPair.min).toBe(row.nsPerPair.median);
    expect(row.cpuNsPerPair.median).toBe(row.nsPerPair.median);
    if (row.kernel === "normals") expect(row.rooflineFraction).toBeUndefined();
    else {
      const roofline = result.rooflines.find((one) => one.backend === row.backend && one.precision === row.precision)!;
      const exponentials = row.kernel === "softmax" ? 1 : 0;
      const products = row.kernel === "softmax" ? 2 * row.d : 1;
      const [e, m] = [exponentials / roofline.gigaExponentials.median, (2 * products) / roofline.gigaFlops.median];
      // Rounding of a handful of divisions.
      expect(row.rooflineFraction! / (Math.max(e, m) / row.nsPerPair.median)).toBeCloseTo(1, 12);
      expect(row.rooflineBound).toBe(e >= m ? "exponential" : "multiply-add");
    }
  }
});

test("ratios compare like with like, and every one is the other's time over the row's", async () => {
  const { rows, ratios } = await bench(
    { backends: ["reference", "wasm"], n: [64], d: [3], threads: [1, 2] },
    { ...options, clocks: clocks() },
  );
  const time = (backend: string, precision: string, threads: number) =>
    rows.find((row) => row.backend === backend && row.precision === precision && row.threads === threads)!.nsPerPair
      .median;
  expect(ratios.map(({ backend, precision, threads, over }) => `${backend} ${precision} ${threads} ${over}`)).toEqual([
    "wasm f64 1 reference",
    "wasm f32 1 reference",
    "wasm f64 2 one thread",
    "wasm f32 2 one thread",
  ]);
  for (const { backend, precision, threads, over, ratio } of ratios) {
    const other = over === "reference" ? time("reference", "f64", 1) : time(backend, precision, 1);
    // Equal samples: quartiles and median agree.
    expect(ratio.median).toBeCloseTo(other / time(backend, precision, threads), 12);
    expect([ratio.low, ratio.high]).toEqual([ratio.median, ratio.median]);
  }
});

test("an ensemble is compared with one system of the same backend, which is no row", async () => {
  const { rows, ratios } = await bench(
    { backends: ["reference", "wasm"], kernels: ["ensemble"], n: [8], d: [3], threads: [1, 2] },
    { ...options, clocks: clocks() },
  );
  expect(rows.every(({ kernel, n }) => kernel === "ensemble" && n === 8)).toBe(true);
  const compared = ratios.filter(({ over }) => over === "one system");
  expect(compared.map(({ backend, precision, threads }) => `${backend} ${precision} ${threads}`)).toEqual([
    ...["wasm f64 1", "wasm f32 1", "wasm f64 2", "wasm f32 2"],
  ]);
  // A sample is an interval of this clock, or more runs of it: ns a pair are 1e6/(runs × pairs), and one system of 1024
  // tokens has 64 times the pairs of 256 of 8.
  for (const { ratio } of compared) expect(ratio.median * 64).toBeCloseTo(1, 12);
});

test("without a kernel or sizes the plan scales d, n and threads, each with the others held", () => {
  const groups = benchGroups({}, 4);
  const softmax = groups.filter(({ kernel, backends }) => kernel === "softmax" && !backends.includes("reference"));
  const values = (pick: (group: (typeof groups)[number]) => boolean, of: "n" | "d") =>
    [...new Set(softmax.filter(pick).map((group) => group[of]))].sort((a, b) => a - b);
  expect(values(({ n }) => n === 2048, "d")).toEqual([2, 3, 4, 8, 16, 32, 64, 128]);
  expect(values(({ d }) => d === 3, "n")).toEqual([64, 512, 2048, 4096, 8192]);
  expect(values(({ d }) => d === 64, "n")).toEqual([64, 512, 2048, 4096]);
  expect(softmax.filter(({ threads }) => threads.length > 1)).toMatchObject([
    { n: 4096, d: 3, threads: [1, 2, 4], alone: true },
    { n: 4096, d: 64, threads: [1, 2, 4], alone: true },
  ]);
  expect(benchGroups({ backends: ["reference"] }, 4).every(({ backends }) => backends.join() === "reference")).toBe(
    true,
  );
});

test.each([
  [{ n: [0] }, /^bench n: it must be an integer from 1 to 131072, got 0/],
  [{ d: [1] }, /^bench d: it must be an integer from 2 to 1024, got 1/],
  [{ threads: [1.5] }, /^bench threads: it must be an integer from 1 to 64, got 1.5/],
  [{ n: [100_000], d: [64] }, /at most 2\^35 = n·n·d multiply-adds, got n = 100000, d = 64/],
  [
    { backends: ["reference"], precisions: ["f32"] },
    /^bench: something must be left to measure, got backends reference/,
  ],
] as const)("%j is refused before anything is measured", async (request, says) => {
  await expect(bench(request, { ...options, clocks: clocks() })).rejects.toThrow(says);
});

test("a Python that is not there is told, and everything else is measured", async () => {
  const { rows, peers, notices } = await bench(
    { backends: ["wasm"], n: [16], d: [2] },
    { ...options, clocks: clocks(), python: "/nowhere/python3" },
  );
  expect(rows).toHaveLength(2);
  expect(peers).toBeUndefined();
  expect(notices).toEqual([expect.stringMatching(/^No peers: \/nowhere\/python3 with NumPy is not there \(.*ENOENT/)]);
});

test("the script of the peers is part of the package", () => {
  const { files } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  expect(files).toContain("peers/*.py");
  expect(existsSync(new URL("../../peers/attention_peers.py", import.meta.url))).toBe(true);
});

test("a caller ends the measurement between two samples", async () => {
  const stop = new Error("stop");
  const check = () => {
    throw stop;
  };
  await expect(bench({ backends: ["wasm"], n: [16], d: [2] }, { ...options, clocks: clocks(), check })).rejects.toBe(
    stop,
  );
});
