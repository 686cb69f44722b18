import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { builtinPlugins, experiment, experimentJsonSchema, planSweep } from "../src/experiment/index.js";
import { definition, type Schema, satisfies } from "./check-json-schema.js";

const schema = experimentJsonSchema(builtinPlugins);

/** Every key that exists, with its defaults. */
const everyKey = `
format: 1
title: every key that exists, with its defaults
notes: nothing
model:
  attention:
    softmax: { beta: 1, Q: identity, K: identity, V: identity }
  mask: none
  feedforward: none
  normalization: none
  noise: none
  geometry: euclidean
  sign: attract
initial:
  gaussian: { mean: [0, 0], cov: identity, n: 32, seed: 1 }
levels:
  particles: {}
  layers: { L: 200 }
  gaussian-moments: {}
solve:
  span: [0, 1]
  method: tsit5
  steps: { adaptive: { rtol: 1e-8, atol: 1e-10 } }
  seed: 1
  repeats: 1
backend: { name: auto, precision: f64, threads: auto, accuracy: exact }
save: { at: end }
observe:
  spectrum: { every: 0.05 }
  groups: { what: { cluster-count: { radius: 0.1 } }, at: [0, 1] }
compare: { metrics: [bures-wasserstein, energy-distance, { sliced-wasserstein: { directions: 8 } }], every: 0.1 }
expect: [{ level: particles, equals: completed }]
sweep: {}
`;

/** The other ways to write what may be written in several ways. */
const variants: Readonly<Record<string, string>> = {
  "levels without parameters": "levels: { particles: , layers: , gaussian-moments: }",
  "a list of attentions":
    "{ model: { attention: [softmax, { unnormalised: { scaling: shifted } }] }, levels: { particles: , layers: } }",
  heads: "model: { attention: { softmax: { heads: [{ V: { scale: 2 } }, { Q: [[1, 0]], K: [[0, 1]], beta: 3 }] } } }",
  "a list of feed-forwards":
    "model: { attention: softmax, feedforward: [none, { affine: { W: { diagonal: [1, 2] }, b: 1 } }] }",
  "beta with log n": "model: { attention: { softmax: { beta: { log-n: 2 } } } }",
  "a piecewise matrix":
    "model: { attention: { softmax: { V: { piecewise: [{ until: 0.5, value: identity }, { value: { scale: -1 } }] } } } }",
  "a number by layer": "model: { attention: { softmax: { beta: { by-layer: [1, 2, 3] } } } }",
  "a random matrix of d_k rows":
    "model: { attention: { softmax: { Q: { random: ginibre, rows: 1, scale: xavier } , K: { random: ginibre, rows: 1, scale: xavier, seed: 2 } } } }",
  "a random matrix": "model: { attention: { softmax: { Q: { random: goe, scale: 0.1, seed: 3 } } } }",
  points: "initial: { points: [[0, 1], [1, 0]] }",
  "fixed steps": "solve: { method: { rk4: {} }, steps: { fixed: { dt: 0.1 } } }",
  "states at times": "save: { at: [0, 1] }",
  "states at an interval": "save: { at: { every: 0.5 } }",
};

const base = parse(everyKey) as Record<string, unknown>;

/** What neither the schema nor the experiment accepts. */
const refused: Readonly<Record<string, string>> = {
  "a misspelt key of the document": "modle: {}",
  "a misspelt key of the model": "model: { attention: softmax, masc: none }",
  "a misspelt attention": "model: { attention: sofmax }",
  "a misspelt parameter": "model: { attention: { softmax: { betta: 1 } } }",
  "a misspelt matrix": "model: { attention: { softmax: { V: { scael: 1 } } } }",
  "a misspelt level": "levels: { particle: {} }",
  "a misspelt parameter of a level": "levels: { layers: { l: 3 } }",
  "a misspelt option of the steps": "solve: { steps: { adaptive: { rtoll: 1 } } }",
  "a misspelt metric": "compare: { metrics: [bures] }",
  "a misspelt observable": "observe: { a: { what: spectre } }",
  "no level": "levels: {}",
  "two attentions in one mapping": "model: { attention: { softmax: {}, unnormalised: {} } }",
  "a law without what it needs": "initial: { equiangular: {} }",
  "a span of three": "solve: { span: [0, 1, 2] }",
};

describe("the JSON Schema of experiments", () => {
  test("accepts every key with its default, as experiment() does", () => {
    expect(() => experiment(base)).not.toThrow();
    expect(satisfies(base, schema)).toBe(true);
  });

  test.each(Object.entries(variants))("accepts %s, as experiment() does", (_, yaml) => {
    const document = { ...base, ...(parse(yaml) as object) };
    expect(() => experiment(document)).not.toThrow();
    expect(satisfies(document, schema)).toBe(true);
  });

  test.each(Object.entries(refused))("refuses %s, as experiment() does", (_, yaml) => {
    const document = { ...base, ...(parse(yaml) as object) };
    expect(() => experiment(document)).toThrow();
    expect(satisfies(document, schema)).toBe(false);
  });

  test("accepts a file in place of points", () => {
    expect(satisfies({ ...base, initial: { points: { file: "x.npz", key: "x" } } }, schema)).toBe(true);
  });

  test("accepts the cases with known answers", () => {
    const text = readFileSync(new URL("./fixtures/oracle-cases.json", import.meta.url), "utf8");
    for (const { name, spec } of JSON.parse(text) as { name: string; spec: unknown }[]) {
      expect(satisfies(spec, schema), name).toBe(true);
    }
  });

  const examples = new URL("../../../examples/", import.meta.url);
  const files = readdirSync(examples, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".yaml"));
  test.each(files)("accepts examples/%s", (name) => {
    const text = readFileSync(new URL(name, examples), "utf8");
    expect(satisfies(parse(text), schema)).toBe(true);
  });

  test("every property says what it is, every reference leads somewhere, nothing of the parameters' own meta is left", () => {
    const silent: string[] = [];
    const visit = (node: unknown, path: string, areProperties: boolean): void => {
      if (typeof node !== "object" || node === null) return;
      for (const [key, value] of Object.entries(node as Schema)) {
        const here = `${path}/${key}`;
        if (areProperties && (value as Schema)["description"] === undefined) silent.push(here);
        if (!areProperties && ["numericKind", "unit", "symbol", "slider", "doc", "family"].includes(key))
          silent.push(here);
        if (key === "$ref") definition(schema, value as string);
        if (key !== "default") visit(value, here, key === "properties" && !areProperties);
      }
    };
    visit(schema, "#", false);
    expect(silent).toEqual([]);
  });
});

/** Every form of sweep. */
const sweeps: Readonly<Record<string, string>> = {
  "paths with lists and ranges":
    "{ model.attention.softmax.beta: { range: [0.1, 9], count: 90 }, model.mask: [none, causal], solve.seed: [1, 2] }",
  "a log range, rounded": "{ initial.gaussian.n: { range: [16, 1024], count: 7, scale: log, round: true } }",
  "zips and lists":
    "{ zip: { solve.seed: [1, 2], initial.gaussian.seed: [3, 4] }, list: [{ model.mask: none }, { model.mask: causal }] }",
  "several zips": "{ zip: [{ solve.seed: [1, 2], initial.gaussian.seed: [3, 4] }] }",
  "a sample": "{ sample: { count: 9, method: halton, seed: 2, over: { solve.span.1: { range: [1, 2] } } } }",
  seeds: "{ seeds: 4 }",
  "seeds from … on": "{ seeds: { from: 10, count: 4 } }",
  "derived values and conditions":
    "{ $r: [1, 2], derive: { solve.span.1: $r, initial.gaussian.n: 8 }, where: [$r < 3], measure: [levels, series, distances, analysis], keep: runs }",
  refinement:
    "{ solve.span.0: { range: [0, 1], count: 3 }, solve.span.1: { range: [2, 3], count: 3 }, refine: { over: [solve.span.0, solve.span.1], by: particles.spectrum > 1, depth: 2 } }",
  "early stop": "{ seeds: 4, stop: { along: seed, when: 'expect.ok == false' } }",
};

const badSweeps: Readonly<Record<string, string>> = {
  "an empty list": "{ solve.seed: [] }",
  "a range without count": "{ solve.seed: { range: [0, 1] } }",
  "an unknown scale": "{ solve.seed: { range: [0, 1], count: 2, scale: ln } }",
  "an unknown method": "{ sample: { count: 9, method: sobol, over: { solve.span.1: { range: [1, 2] } } } }",
  "an unknown measure": "{ seeds: 4, measure: [all] }",
  "refinement of three paths": "{ seeds: 4, refine: { over: [a, b, c], by: x } }",
};

describe("the JSON Schema of sweeps", () => {
  test.each(Object.entries(sweeps))("accepts %s, as planSweep() does", (_, yaml) => {
    const document = { ...base, sweep: parse(yaml) as unknown };
    expect(() => planSweep(document)).not.toThrow();
    expect(satisfies(document, schema)).toBe(true);
  });

  test.each(Object.entries(badSweeps))("refuses %s, as planSweep() does", (_, yaml) => {
    const document = { ...base, sweep: parse(yaml) as unknown };
    expect(() => planSweep(document)).toThrow();
    expect(satisfies(document, schema)).toBe(false);
  });
});
