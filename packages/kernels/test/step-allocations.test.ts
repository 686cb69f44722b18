import { expect, test } from "vitest";
import { greedy, metered, meteredSteps, type Taken } from "./helpers/metered.js";
import { problems } from "./metered-problems.mjs";

/** Fixed steps, adaptive ones and noise, each in turn: test:long has every problem with every method and backend. */
const turns = [
  ["euler", "rk4"],
  ["euler", "tsit5"],
  ["euler", "dop853"],
  ["euler", "rodas4"],
  ["euler", "auto"],
];
const stochastic = ["euler-maruyama", "heun-stratonovich"];
/** Cells enough for a plane make a Jacobian of a thousand drifts a step. */
const explicit = ["euler", "rk4"];

const methodsOf = (name: string, k: number): readonly string[] => {
  if (name.includes("noise")) return stochastic;
  return name.startsWith("circle") || name.includes("finite") || name.includes("box") || name.includes("line")
    ? explicit
    : turns[k % turns.length]!;
};

/** Left to test:long: a root of Σ in new arrays of d² numbers, and a plane, whose cells take seconds. */
const leftOut = (name: string): boolean => name === "gaussian-projection" || name === "plane, box";
/** A number of a Brownian path takes up to 64 bytes at each of the bisections of its unit of depth that are new. */
const noiseSlack = 16_384;

const names = Object.keys(problems).filter((name) => !leftOut(name));
test.concurrent.each(names.map((name, k) => [name, methodsOf(name, k)] as const))(
  "a step of %s takes no array and a bounded number of small objects, by %s and its own method",
  async (name, methods) => {
    const { control, answers } = await meteredSteps(name, "reference", methods);
    // The meter can fail: nine numbers an evaluation are 72 bytes beside the heap.
    expect(greedy([control])).toEqual([control]);
    expect(answers.length).toBeGreaterThanOrEqual(2);
    // A process warms up with the first size: what is left of that is not counted.
    const warm = answers.filter(({ size }) => size === 2);
    expect(greedy(warm, name.includes("noise") ? noiseSlack : 0)).toEqual([]);
    expect(answers.filter(({ buffers }) => buffers > 0)).toEqual([]);
  },
  120_000,
);

interface FastSum extends Taken {
  readonly method: string;
  readonly n: number;
  readonly reported: readonly string[];
}

test.each(["fourier", "harmonics", "exponential-grid", "pruned", "auto"])(
  "fast sums by %s take no array for their tables, whatever the number of tokens",
  async (method) => {
    const answers = await metered<readonly FastSum[]>("fast-sum-allocations.mjs", method);
    expect(answers.length).toBe(2);
    expect(answers.filter(({ buffers }) => buffers > 0)).toEqual([]);
    expect(answers.filter(({ reported }) => reported.includes("direct"))).toEqual([]);
    // Plans, layouts and rows of reports: 64 kB hold them; a table of the least method had 500 kB, and grew with accuracy.
    expect(answers.filter(({ bytes }) => bytes > 65_536)).toEqual([]);
  },
  120_000,
);

interface Fields {
  readonly answers: readonly (Taken & { readonly backend: string; readonly heads: number })[];
}

test("a Sinkhorn scaling takes what the factorisation of its start takes, whatever the number of tokens", async () => {
  const [few, many] = await Promise.all(
    ["16", "64"].map((n) => metered<Fields>("allocations.mjs", "none", "sinkhorn", n)),
  );
  const perHead = (one: Fields["answers"][number]) => one.bytes / one.heads;
  // 64 tokens have 64 · 24 · 4 numbers to remember, 49 kB; one array of them more would show.
  for (const [k, one] of few!.answers.entries()) {
    expect(many!.answers[k]!.buffers).toBeLessThanOrEqual(one.buffers);
    expect(perHead(many!.answers[k]!)).toBeLessThan(49_152);
  }
}, 120_000);
