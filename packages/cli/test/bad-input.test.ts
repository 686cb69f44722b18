import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeNpy, writeNpz } from "@meanfield/results";
import { describe, expect, test } from "vitest";
import { meanfield, temporaryFolder } from "./command.js";
import { smallYaml } from "./documents.js";

const folder = temporaryFolder();
const numbers = writeNpy({ shape: [2], data: Float64Array.of(0, 0) });
writeFileSync(join(folder, "cut.npy"), numbers.subarray(0, numbers.length - 5));
writeFileSync(join(folder, "nan.npy"), writeNpy({ shape: [2], data: Float64Array.of(0, Number.NaN) }));
const two = { x: { shape: [2], data: Float64Array.of(0, 0) }, y: { shape: [2], data: Float64Array.of(0, 0) } };
writeFileSync(join(folder, "two.npz"), writeNpz(two));
writeFileSync(join(folder, "words.txt"), "1 2\n");

/** 1-based line and column of a text that occurs once, found without the YAML parser. */
function placeOf(text: string, needle: string): string {
  const offset = text.indexOf(needle);
  expect(offset, `"${needle}" is in the document`).toBeGreaterThanOrEqual(0);
  expect(text.indexOf(needle, offset + 1), `"${needle}" is there once`).toBe(-1);
  const before = text.slice(0, offset).split("\n");
  return `${before.length}:${before.at(-1)!.length + 1}`;
}

/** Exit 2, nothing on stdout, one message of the form `place: who: rule…. what to do.`, nothing written. */
async function refused(words: readonly string[], says: RegExp): Promise<string> {
  const out = join(folder, `out-${words.join("-").replace(/\W+/g, "-").slice(0, 80)}`);
  const { code, stdout, stderr } = await meanfield([...words, "--out", out], folder);
  expect(stderr).toMatch(says);
  expect(stderr).toMatch(/^[^\n]+\.\n$/);
  expect(code).toBe(2);
  expect(stdout).toBe("");
  expect(existsSync(out), "nothing is written to --out").toBe(false);
  return stderr;
}

interface Refusal {
  readonly name: string;
  /** Replacements in the small document. */
  readonly edits: readonly (readonly [from: string, to: string])[];
  /** Text at which the message must point. */
  readonly at: string;
  readonly says: RegExp;
}

const cloud = "  gaussian:\n    mean: [0, 0]\n    cov: [[1, 0], [0, 1]]\n    n: 16";

const unknown: readonly Refusal[] = [
  { name: "top level", edits: [["save:", "sav:"]], at: "sav:", says: /"sav" is not a key here. Did you mean "save"\?/ },
  { name: "model", edits: [["feedforward", "feedfoward"]], at: "feedfoward", says: /"feedfoward".*"feedforward"\?/ },
  { name: "solve", edits: [["span:", "spam:"]], at: "spam", says: /"spam" is not a key here. Did you mean "span"\?/ },
  { name: "plug-in", edits: [["    softmax", "    sofmax"]], at: "sofmax", says: /no attention "sofmax".*"softmax"\?/ },
  { name: "parameter", edits: [["beta:", "betta:"]], at: "betta", says: /softmax: "betta" is not a key.*"beta"\?/ },
  { name: "law", edits: [["    n: 16", "    m: 16"]], at: "m: 16", says: /gaussian: "m" is not a key.*"n"\?/ },
  { name: "level", edits: [["particles", "particle"]], at: "particle:", says: /no level "particle".*"particles"\?/ },
  { name: "level option", edits: [["particles: {}", "layers: { l: 3 }"]], at: "l: 3", says: /layers: "l".*"L"\?/ },
  { name: "method", edits: [["span: [0, 1]", "method: tsit6"]], at: "tsit6", says: /no method "tsit6".*"tsit5"\?/ },
  {
    name: "steps",
    edits: [["span: [0, 1]", "steps: { adaptive: { rtoll: 1 } }"]],
    at: "rtoll",
    says: /"rtoll".*"rtol"\?/,
  },
  { name: "observable", edits: [["save:", "observe: { spectrun: {} }\nsave:"]], at: "spectrun", says: /"spectrum"\?/ },
  {
    name: "observe option",
    edits: [["save:", "observe: { trace: { evry: 1 } }\nsave:"]],
    at: "evry",
    says: /"every"\?/,
  },
  {
    name: "metric",
    edits: [["particles: {}", "particles: {}\n  layers: { L: 3 }\ncompare: { metrics: [bures-waserstein] }"]],
    at: "bures-waserstein",
    says: /no distance "bures-waserstein".*"bures-wasserstein"\?/,
  },
  {
    name: "expect",
    edits: [["save:", "expect:\n  - { levl: particles }\nsave:"]],
    at: "levl",
    says: /"levl".*"level"\?/,
  },
  {
    name: "level of an expectation",
    edits: [["save:", "expect:\n  - { level: particls, equals: completed }\nsave:"]],
    at: "particls",
    says: /no level "particls".*"particles"\?/,
  },
  {
    name: "file reference",
    edits: [["mean: [0, 0]", "mean: { file: a.npz, kee: x }"]],
    at: "kee",
    says: /"kee".*"key"\?/,
  },
];

const wrong: readonly Refusal[] = [
  {
    name: "covariance 2×3",
    edits: [["[[1, 0], [0, 1]]", "[[1, 0, 0], [0, 1, 0]]"]],
    at: "[[1",
    says: /cov: must be 2×2, got 2×3/,
  },
  {
    name: "ragged covariance",
    edits: [["[[1, 0], [0, 1]]", "[[1, 2], [3]]"]],
    at: "[3]",
    says: /rows must have equal length/,
  },
  { name: "Q", edits: [["beta: 1", "Q: [[1, 2, 3]]"]], at: "[[1, 2", says: /softmax.Q: must be k×2, got 1×3/ },
  { name: "V", edits: [["beta: 1", "V: [[1, 2]]"]], at: "[[1, 2", says: /softmax.V: must be 2×2, got 1×2/ },
  {
    name: "W in a list",
    edits: [["feedforward: none", "feedforward:\n    - affine:\n        W: [[1, 2, 3]]"]],
    at: "[[1, 2",
    says: /affine.W: must be 2×2, got 1×3/,
  },
  {
    name: "a word for a number",
    edits: [["beta: 1", "beta: hot"]],
    at: "hot",
    says: /softmax.beta: must be a number, got "hot"/,
  },
  {
    name: "asymmetric covariance",
    edits: [["[[1, 0], [0, 1]]", "[[1, 0.5], [0, 1]]"]],
    at: "[[1",
    says: /must equal its transpose/,
  },
  {
    name: "indefinite covariance",
    edits: [["[[1, 0], [0, 1]]", "[[1, 2], [2, 1]]"]],
    at: "[[1",
    says: /no negative eigenvalue, got smallest eigenvalue -0.99|-1/,
  },
  {
    name: "NaN in a vector",
    edits: [["mean: [0, 0]", "mean: [0, .nan]"]],
    at: ".nan",
    says: /mean: entries must be finite, got NaN at \[1\]/,
  },
  {
    name: "NaN parameter",
    edits: [["beta: 1", "beta: .nan"]],
    at: ".nan",
    says: /softmax.beta: must be finite, got NaN/,
  },
  {
    name: "infinite span",
    edits: [["[0, 1]\nsave", "[0, .inf]\nsave"]],
    at: ".inf",
    says: /span.1: must be a number, got Infinity/,
  },
  { name: "empty cloud", edits: [[cloud, "  points: []"]], at: "[]", says: /points: must not be empty/ },
  { name: "no tokens", edits: [["n: 16", "n: 0"]], at: "0\nlevels", says: /gaussian.n: must be .*got 0/ },
  {
    name: "points off the sphere",
    edits: [
      [cloud, "  points: [[1, 0], [0.6, 0.6]]"],
      ["feedforward: none", "geometry: sphere"],
    ],
    at: "points",
    says: /points must have length 1 \(to 1e-9\), got \|x_1\| = 0.848/,
  },
  {
    name: "no Gaussian closure",
    edits: [
      ["softmax", "unnormalised"],
      ["particles", "gaussian-moments"],
    ],
    at: "{}",
    says: /unnormalised attention has no Gaussian closure. This model has the levels .*particles/,
  },
  {
    name: "reversed span",
    edits: [["[0, 1]\nsave", "[1, 0]\nsave"]],
    at: "[1, 0]\nsave",
    says: /span.*t0 < t1, got \[1,0\]/,
  },
  {
    name: "times outside the span",
    edits: [["at: end", "at: [0, 3]"]],
    at: "3]\n",
    says: /times must lie in the span \[0, 1\], got 3/,
  },
  {
    name: "a sweep",
    edits: [["save:", "sweep:\n  solve.seed: [1, 2]\nsave:"]],
    at: "solve.seed",
    says: /a sweep is many experiments.*meanfield sweep/,
  },
  {
    name: "two laws",
    edits: [["n: 16", "n: 16\n  points: [[1, 2]]"]],
    at: "gaussian",
    says: /got keys gaussian, points/,
  },
  { name: "no such backend", edits: [["title: base", "backend: { name: gpu }"]], at: "gpu", says: /no backend "gpu"/ },
  {
    name: "missing npy",
    edits: [["mean: [0, 0]", "mean: { file: no.npy }"]],
    at: "no.npy",
    says: /no.npy: must exist, got nothing there/,
  },
  {
    name: "truncated npy",
    edits: [["mean: [0, 0]", "mean: { file: cut.npy }"]],
    at: "{ file",
    says: /cut.npy: shape \[2\] of <f8 needs 16 bytes, got 11/,
  },
  {
    name: "NaN in an npy",
    edits: [["mean: [0, 0]", "mean: { file: nan.npy }"]],
    at: "{ file",
    says: /entries must be finite, got NaN at \[1\]/,
  },
  {
    name: "not an npy",
    edits: [["mean: [0, 0]", "mean: { file: words.txt }"]],
    at: "{ file",
    says: /must be a NumPy .npy array/,
  },
  {
    name: "npz without key",
    edits: [["mean: [0, 0]", "mean: { file: two.npz }"]],
    at: "{ file",
    says: /needs a key. Add key: one of x, y/,
  },
  {
    name: "npz, wrong key",
    edits: [["mean: [0, 0]", "mean: { file: two.npz, key: z }"]],
    at: "{ file",
    says: /must hold the key "z", got the keys x, y/,
  },
];

describe.each([
  ["unknown names and keys name the nearest", unknown],
  ["values that cannot be", wrong],
] as const)("%s", (_, cases) => {
  test.concurrent.each(cases)("$name", async ({ name, edits, at, says }) => {
    const text = edits.reduce((before, [from, to]) => {
      expect(before).toContain(from);
      return before.replace(from, to);
    }, smallYaml);
    const file = `${name.replace(/\W+/g, "-")}.yaml`;
    writeFileSync(join(folder, file), text);
    const message = await refused(["run", file], says);
    expect(message).toMatch(new RegExp(`^${file}:${placeOf(text, at)}: .+: `));
  });
});

describe("files that are no experiment", () => {
  test.concurrent.each([
    [
      "flow.yaml",
      "title: a\nmodel: { attention: softmax\ninitial: 3\n",
      /^flow.yaml:\d:\d+: the file must be YAML or JSON/,
    ],
    ["tab.yaml", "title: a\n\tmodel: 3\n", /^tab.yaml:2:1: .*Tabs are not allowed/],
    ["twice.yaml", "title: a\ntitle: b\n", /^twice.yaml:2:1: .*Map keys must be unique/],
    ["comma.json", '{\n  "model": {,}\n}\n', /^comma.json:2:13: the file must be YAML or JSON/],
    ["two.yaml", "title: a\n---\ntitle: b\n", /^two.yaml:2:1: .*several documents/],
    [
      "cycle.yaml",
      "title: a\nnotes: &n [*n]\n",
      /^cycle.yaml:2:12: an alias may not stand inside the value it names, got \*n/,
    ],
    ["empty.yaml", "", /^empty.yaml:1:1: the file must hold an experiment, got nothing/],
    ["comment.yaml", "# later\n", /^comment.yaml:1:1: the file must hold an experiment, got nothing/],
    ["list.yaml", "- 1\n- 2\n", /^list.yaml:1:1: experiment: a document is a mapping/],
    ["word.yaml", "hello\n", /^word.yaml:1:1: experiment: a document is a mapping/],
    ["bare.yaml", "title: a\n", /^bare.yaml:1:1: experiment.* is needed/],
  ] as const)("%s", async (file, text, says) => {
    writeFileSync(join(folder, file), text);
    await refused(["run", file], says);
  });

  test("missing, or a directory", async () => {
    mkdirSync(join(folder, "folder.yaml"));
    await refused(["run", "missing.yaml"], /^missing.yaml: must exist, got nothing there \(ENOENT\). Check the path/);
    await refused(["run", "folder.yaml"], /^folder.yaml: must be a file, not a directory/);
  });
});

describe("--set", () => {
  writeFileSync(join(folder, "small.yaml"), smallYaml);
  test.concurrent.each([
    ["no-equals", /^--set: must be path=value, got "no-equals"/],
    ["initial.gaussian.cov=[[1", /^--set: the value must be YAML, got "\[\[1"/],
    ["model.attention.softmax.betta=3", /^--set model.attention.softmax.betta: softmax: "betta" .*"beta"\?/],
    ["modle.attention.softmax.beta=3", /^--set modle.attention.softmax.beta: experiment: "modle" .*"model"\?/],
    ["initial.gaussian.cov=[[1, 2], [2, 1]]", /^--set initial.gaussian.cov: .*no negative eigenvalue/],
    ["initial.gaussian.cov.0.1=5", /^small.yaml:10:10 with --set initial.gaussian.cov.0.1: .*must equal its transpose/],
    [
      "initial.gaussian.cov.7=5",
      /^--set initial.gaussian.cov.7: initial.gaussian.cov is a list of 2, indexed from 0, got 7/,
    ],
    ["initial.gaussian.mean.x=5", /^--set initial.gaussian.mean.x: initial.gaussian.mean is a list of 2.*got "x"/],
    ["initial.gaussian.n=", /^--set initial.gaussian.n: gaussian.n: must be a number, got null/],
    ["initial.gaussian.mean={ file: no.npy }", /^--set initial.gaussian.mean: no.npy: must exist/],
    ["solve.method=tsit6", /^--set solve.method: .*"tsit5"\?/],
    ["sweep.solve.seed=[1, 2]", /^--set sweep.solve.seed: .*a sweep is many experiments/],
  ] as const)("%s", async (set, says) => {
    await refused(["run", "small.yaml", "--set", set], says);
  });

  test("compare refuses one level before any work", async () => {
    await refused(
      ["compare", "small.yaml"],
      /^small.yaml:13:3: compare: needs two levels of description, got particles/,
    );
  });

  test("analyze refuses what run refuses", async () => {
    const { code, stdout, stderr } = await meanfield(["analyze", "small.yaml", "--set", "modle=1"], folder);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^--set modle: .*"model"\?/);
  });
});

describe("--out where nothing can be written", () => {
  writeFileSync(join(folder, "file"), "");
  mkdirSync(join(folder, "foreign"));
  writeFileSync(join(folder, "foreign/thesis.tex"), "");
  const proc = existsSync("/proc/self");

  test.concurrent.each([
    ["file", /^file: .* needs a new or empty directory/],
    ["file/below", /^file\/below: must lie in a directory, not under a file/],
    ["foreign", /^foreign: run \w+ needs a new or empty directory, got files that are not a run. Choose another --out/],
    ...(proc
      ? ([
          ["/proc/nothing", /^\/proc\/nothing: must lie where directories can be made, got nothing there \(ENOENT\)/],
        ] as const)
      : []),
  ] as const)("%s", async (out, says) => {
    const { code, stdout, stderr } = await meanfield(["run", "small.yaml", "--out", out], folder);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(says);
    expect(readdirSync(join(folder, "foreign"))).toEqual(["thesis.tex"]);
  });
});

describe("sizes that no machine has room for", () => {
  const document = (initial: string, levels = "{ particles: {} }", more = "") =>
    `model: { attention: softmax }\ninitial: ${initial}\nlevels: ${levels}\n${more}`;
  const gaussian = "{ gaussian: { mean: [0, 0], n: 16 } }";
  test.each<[string, string, RegExp]>([
    [
      "tokens of a Gaussian",
      document("{ gaussian: { mean: [0, 0], n: 1000000000 } }"),
      /big\.yaml:2:\d+: initial gaussian: an array holds at most 134217728 numbers.*got 1000000000×2 .*Lower n/,
    ],
    [
      "a dimension",
      document("{ uniform-sphere: { d: 1000000, n: 16 } }"),
      /big\.yaml:2:\d+: initial uniform-sphere: .*Lower d/,
    ],
    [
      "tokens in as many dimensions",
      document("{ equiangular: { d: 1000000, n: 1000000 } }"),
      /big\.yaml:2:\d+: initial equiangular: .*Lower d and n/,
    ],
    ["layers", document(gaussian, "{ layers: { L: 1000000000000 } }"), /big\.yaml:3:\d+: steps.layers: .*at most 10¹⁰/],
    [
      "cells",
      document(gaussian, "{ mean-field: { grid: 1000000000 } }"),
      /big\.yaml:3:\d+: level mean-field: .*Lower grid/,
    ],
    [
      "records",
      document(gaussian, undefined, "save: { at: { every: 1e-9 } }\n"),
      /big\.yaml:4:\d+: every: the span \[0, 1\] holds at most 10⁶ records/,
    ],
  ])("%s: refused before anything is drawn", async (_, text, says) => {
    writeFileSync(join(folder, "big.yaml"), text);
    await refused(["run", "big.yaml"], says);
  });

  test("in a sweep, at its key", async () => {
    const swept = document(gaussian, undefined, "sweep: { initial.gaussian.n: [16, 1000000000] }\n");
    writeFileSync(join(folder, "big-sweep.yaml"), swept);
    await refused(["sweep", "big-sweep.yaml"], /big-sweep\.yaml:4:\d+: initial gaussian: .*got 1000000000×2/);
  });

  test("as many tokens are no matter where nothing draws them", async () => {
    const law = "{ gaussian: { mean: [0, 0], n: 1000000000 } }";
    writeFileSync(join(folder, "moments.yaml"), document(law, "{ gaussian-moments: {} }"));
    for (const command of ["run", "analyze"]) {
      const { code, stderr } = await meanfield([command, "moments.yaml", "--json", "--quiet"], folder);
      expect([code, stderr]).toEqual([0, ""]);
    }
  });
});
