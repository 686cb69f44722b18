import { InputError, SolveError } from "@meanfield/core/foundation/errors";
import { expect, test } from "vitest";
import { tinyNetwork } from "../../test/tiny-network.js";
import type { ProbeMeasure, ProbeOptions } from "./contract.js";
import { probe } from "./probe.js";
import { simpleMeasures } from "./simple-measures.js";

const network = tinyNetwork();
const texts = ["abcdef", "ghi", "j"];
const options: ProbeOptions = { measures: simpleMeasures, seed: 1, control: "none" };
const count: ProbeMeasure = { name: "count", unit: "1", doc: "tokens", measure: ({ n }) => ({ value: n }) };

test("every state of every input has every measure, with a control when asked for", () => {
  const result = probe(network, { texts, gaussian: { n: 12 } }, { ...options, control: "randomised" });
  const names = ["0.hook_resid_pre", "0.hook_resid_mid", "0.hook_resid_post", "1.hook_resid_mid", "1.hook_resid_post"];
  const expected = ["text", "gaussian"].flatMap((input) => names.map((name) => `${input} blocks.${name}`));
  expect(result.layers.map(({ name, input }) => `${input} ${name}`)).toEqual(expected);
  expect(result.outcome).toEqual({ status: "completed" });
  for (const { name, measures } of result.layers) {
    expect(Object.keys(measures)).toEqual(simpleMeasures.map((measure) => measure.name));
    for (const { value, control } of Object.values(measures)) {
      // The input is the same for both networks, what comes after is not.
      if (name === "blocks.0.hook_resid_pre") expect(control).toBe(value);
      else expect(control).not.toBe(value);
    }
  }
  expect(JSON.parse(JSON.stringify(result))).toEqual(result);
});

test("tokens of the texts are pooled, attention stays within a text", () => {
  const pooled = probe(network, { texts }, { ...options, measures: [count] });
  expect(pooled.layers[0]!.measures["count"]).toEqual({ value: 10 });
  const norms = (list: readonly string[]) =>
    probe(network, { texts: list }, { ...options, measures: [simpleMeasures[0]!] }).layers.at(-1)!.measures[
      "mean-norm"
    ]!.value;
  // Mean over 9 tokens of two texts that do not see each other = weighted mean of the texts; rounding.
  expect(norms(["abcdef", "ghi"])).toBeCloseTo((6 * norms(["abcdef"]) + 3 * norms(["ghi"])) / 9, 12);
  expect(Math.abs(norms(["abcdefghi"]) - norms(["abcdef", "ghi"]))).toBeGreaterThan(1e-3);
});

test("heads: uniform attention has relative entropy 1 and score deviation 0", () => {
  const flat = { ...network, forward: uniformForward() };
  const { heads } = probe(flat, { texts }, options);
  expect(heads.length).toBe(4);
  for (const { measures } of heads) {
    // Σ −(1/n) log(1/n), and a mean of equal scores: rounding.
    expect(measures["relative-entropy"]!.value).toBeCloseTo(1, 12);
    expect(measures["score-deviation"]!.value).toBeCloseTo(0, 14);
  }
});

/** The tiny network with all scores equal: scale 0. */
function uniformForward(): typeof network.forward {
  return (tokens, n, forwardOptions) => {
    const forward = network.forward(tokens, n, forwardOptions);
    const captured = Object.fromEntries(
      Object.entries(forward.captured).map(([name, { shape, data }]) => [
        name,
        { shape, data: data.map(() => (name.endsWith("pattern") ? 1 / n : 0.25)) },
      ]),
    );
    return { ...forward, captured };
  };
}

test("heads: numbers equal the definition on one text", () => {
  const tokens = network.embedTokens(network.tokenize("abc"));
  const { captured } = network.forward(tokens, 3, { capture: () => true });
  const row = (name: string, i: number) =>
    Array.from(captured[`blocks.1.attn.${name}`]!.data.subarray(9 + 3 * i, 12 + 3 * i));
  let entropy = 0;
  let variance = 0;
  for (let i = 0; i < 3; i++) {
    for (const p of row("hook_pattern", i)) entropy -= (p * Math.log(p)) / (3 * Math.log(3));
    const scores = row("hook_attn_scores", i);
    const mean = scores.reduce((a, b) => a + b, 0) / 3;
    variance += scores.reduce((sum, score) => sum + (score - mean) ** 2 / 9, 0);
  }
  const { measures, head, name } = probe(network, { texts: ["abc"] }, options).heads[3]!;
  expect([name, head]).toEqual(["blocks.1", 1]);
  // Nine terms in another order.
  expect(measures["relative-entropy"]!.value).toBeCloseTo(entropy, 13);
  expect(measures["score-deviation"]!.value).toBeCloseTo(Math.sqrt(variance), 13);
});

test("the same seed gives the same answer", () => {
  const run = (seed: number) =>
    probe(network, { texts, gaussian: { n: 8 } }, { ...options, seed, control: "randomised" });
  expect(run(3)).toEqual(run(3));
  expect(run(3)).not.toEqual(run(4));
});

test("verdicts say where a cloud leaves the band, and how the other measures change", () => {
  const leaves = (name: string, at: number): ProbeMeasure => {
    let layer = 0;
    return {
      name,
      unit: "1",
      doc: "grows from layer to layer",
      measure: () => ({ value: layer++ < at ? 1 : 9, null: { median: 1, low: 0.5, high: 2 } }),
    };
  };
  const grows = { ...leaves("grows", 1), measure: ({ d }: { d: number }) => ({ value: d }) };
  const measures = [leaves("a", 2), leaves("b", 9), leaves("c", 0), grows, { ...count, name: "same" }];
  const { verdicts } = probe(network, { texts }, { ...options, measures });
  expect(verdicts.map(({ verdict }) => verdict)).toEqual([
    "gaussian-until",
    "gaussian",
    "not-gaussian",
    "rises",
    "steady",
  ]);
  expect(verdicts[0]!.statement).toBe(
    "Tokens of the texts: a is inside the null band up to blocks.0.hook_resid_mid (1 against at most 2 for a Gaussian) " +
      "and leaves it at blocks.0.hook_resid_post (9 against at most 2 for a Gaussian).",
  );
  expect(verdicts[0]!.layer).toBe("blocks.0.hook_resid_mid");
  expect(verdicts[3]!.statement).toBe("Tokens of the texts: grows rises, 4 to 6.");
});

test("progress counts up to its total; a raised signal keeps what was finished", () => {
  const seen: string[] = [];
  const signal = { aborted: false };
  const onProgress = (done: number, total: number, label: string): void => {
    seen.push(`${done}/${total} ${label}`);
    if (done === 3) signal.aborted = true;
  };
  const stopped = probe(network, { texts, gaussian: { n: 8 } }, { ...options, onProgress, cancel: signal });
  expect(seen).toEqual([
    "1/12 text: passes",
    "2/12 text: blocks.0.hook_resid_pre",
    "3/12 text: blocks.0.hook_resid_mid",
  ]);
  expect(stopped.outcome).toEqual({ status: "stopped", event: "cancelled" });
  expect(stopped.layers.length).toBe(2);
  expect(stopped.verdicts).toEqual([]);
  signal.aborted = false;
  seen.length = 0;
  probe(network, { texts }, { ...options, onProgress: (done, total) => void seen.push(`${done}/${total}`) });
  expect(seen.at(-1)).toBe("6/6");
});

test("wrong input is refused before any work", () => {
  expect(() => probe(network, { texts: [] }, options)).toThrow(/there must be texts or Gaussian tokens/);
  expect(() => probe(network, { texts: ["a", ""] }, options)).toThrow(InputError);
  expect(() => probe(network, { texts: ["a"] }, options)).toThrow(/must have two tokens/);
  expect(() => probe(network, { texts: [], gaussian: { n: 5 } }, options)).toThrow(/need texts to match/);
  const broken = { ...count, measure: () => ({ value: Number.NaN }) };
  expect(() => probe(network, { texts }, { ...options, measures: [broken] })).toThrow(SolveError);
});
