import { describe, expect, test } from "vitest";
import { InputError } from "../../foundation/errors/index.js";
import { bindCell, checkCells } from "./check-cells.js";
import { planSweep, type SweepPlan } from "./plan.js";
import { labelOf, sweepStages } from "./stages.js";

const base = {
  model: { attention: "softmax" },
  initial: { gaussian: { mean: [0, 0], cov: "identity", n: 8 } },
  levels: { "gaussian-moments": {} },
  solve: { span: [0, 1] },
};
const planOf = (sweep: unknown, document: Record<string, unknown> = base) => planSweep({ ...document, sweep });

/** All cells of a sweep of one stage. */
function cellsOf(plan: SweepPlan) {
  const cells = sweepStages(plan).next([]).value!;
  return Array.from({ length: cells.size }, (_, k) => plan.values(cells.at(k)));
}

function refusal(sweep: unknown, document = base): InputError {
  try {
    const plan = planOf(sweep, document);
    checkCells(plan, sweepStages(plan).next([]).value!);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return error as InputError;
  }
  throw new Error("the sweep was not refused");
}

describe("the cells of a grid", () => {
  test("all combinations, the last dimension fastest, in the order of the file", () => {
    const cells = cellsOf(planOf({ "solve.seed": [7, 8], "model.attention.softmax.beta": [1, 2, 3] }));
    expect(cells).toEqual(
      [7, 8].flatMap((seed) => [1, 2, 3].map((beta) => ({ "solve.seed": seed, "model.attention.softmax.beta": beta }))),
    );
  });

  test("derived values and conditions see swept ones by their last word, their path or their $name", () => {
    const plan = planOf({
      $ratio: [1, 2],
      "model.attention.softmax.beta": [1, 2, 3],
      derive: { "initial.gaussian.n": "8 * $ratio", "solve.span.1": "1 / [model.attention.softmax.beta]" },
      where: ["beta <= 2", "n + beta < 18"],
    });
    expect(cellsOf(plan)).toEqual([
      { $ratio: 1, "model.attention.softmax.beta": 1, "initial.gaussian.n": 8, "solve.span.1": 1 },
      { $ratio: 1, "model.attention.softmax.beta": 2, "initial.gaussian.n": 8, "solve.span.1": 0.5 },
      { $ratio: 2, "model.attention.softmax.beta": 1, "initial.gaussian.n": 16, "solve.span.1": 1 },
    ]);
  });

  test("derived values are of any kind; a column holds numbers where its expression is arithmetic", () => {
    const plan = planOf({
      "model.attention.softmax.beta": [1, 2],
      $mask: ["none", "causal"],
      derive: {
        "model.mask": "$mask",
        "solve.method": "'dop853'",
        "initial.gaussian.seed": "(beta)",
        $warm: "not (beta > 1)",
        $half: "beta / 2",
      },
    });
    expect(plan.columns.map(({ numeric }) => numeric)).toEqual([true, false, false, false, true, false, true]);
    const [first, second] = cellsOf(plan);
    expect(second).toMatchObject({ "model.mask": "causal", "solve.method": "dop853", $warm: true, $half: 0.5 });
    expect(bindCell(plan, first!).spec).toMatchObject({ model: { mask: "none" }, solve: { method: "dop853" } });
  });

  test("a derived value need not be finite in a cell that where leaves out", () => {
    const plan = planOf({
      "model.attention.softmax.beta": [1, 2],
      derive: { "solve.span.1": "1 / (beta - 1)" },
      where: "beta != 1",
    });
    expect(cellsOf(plan)).toEqual([{ "model.attention.softmax.beta": 2, "solve.span.1": 1 }]);
  });

  test("the document of a cell is that of the same --set, without sweep, title and notes", () => {
    const document = { ...base, title: "t", notes: "n", solve: { span: [0, 2] } };
    const plan = planOf({ "model.attention.softmax.beta": [4], "solve.span.1": [3], seeds: [9] }, document);
    expect(plan.document(cellsOf(plan)[0]!)).toEqual({
      model: { attention: { softmax: { beta: 4 } } },
      initial: { gaussian: { mean: [0, 0], cov: "identity", n: 8, seed: 9 } },
      levels: { "gaussian-moments": {} },
      solve: { span: [0, 3], seed: 9 },
    });
    expect(bindCell(plan, cellsOf(plan)[0]!).integration.seed).toBe(9);
  });

  test("whole plug-ins may be swept", () => {
    const plan = planOf({ "model.attention": ["softmax", { softmax: { beta: 2 } }] });
    checkCells(plan, sweepStages(plan).next([]).value!);
    expect(plan.columns).toEqual([{ name: "model.attention", numeric: false }]);
  });

  test("the path of a refinement or a stop may be its last word", () => {
    const range = { range: [1, 2], count: 2 };
    const plan = planOf({
      "model.attention.softmax.beta": range,
      "solve.span.1": range,
      refine: { over: ["solve.span.1", "beta"], by: "beta < 1.5" },
    });
    expect(plan.follow).toMatchObject({ kind: "refine", over: [1, 0] });
  });
});

describe("bad sweeps are refused with the place of the key", () => {
  const beta = { "model.attention.softmax.beta": [1, 2] };
  test.each<[string, unknown, RegExp, readonly (string | number)[]]>([
    ["empty", {}, /at least one path/, ["sweep"]],
    ["no mapping", [1], /at least one path/, ["sweep"]],
    [
      "a number for values",
      { "model.attention.softmax.beta": 3 },
      /must be a list of values, or \{ range.*got 3/,
      ["sweep", "model.attention.softmax.beta"],
    ],
    ["only measures", { measure: ["levels"] }, /at least one path/, ["sweep"]],
    ["an empty axis", { "solve.seed": [] }, /solve\.seed/, ["sweep", "solve.seed"]],
    ["an unknown section", { "modle.x": [1] }, /"modle.x" is neither.*"model"/, ["sweep", "modle.x"]],
    ["a misspelt key", { ...beta, wehre: "x" }, /"wehre" is neither.*"where"/, ["sweep", "wehre"]],
    [
      "an unknown path",
      { "model.attention.softmax.betta": [1] },
      /"betta".*"beta"/,
      ["sweep", "model.attention.softmax.betta"],
    ],
    ["an unknown word", { "model.mask": ["none", "cuasal"] }, /"cuasal".*"causal"/, ["sweep", "model.mask"]],
    [
      "a value out of range",
      { "initial.gaussian.n": { range: [8, 0], count: 3 } },
      /gaussian\.n/,
      ["sweep", "initial.gaussian.n"],
    ],
    [
      "pollution",
      { "model.__proto__.polluted": [1] },
      /"__proto__" is not a key/,
      ["sweep", "model.__proto__.polluted"],
    ],
    [
      "one path twice",
      { ...beta, list: [{ "model.attention.softmax.beta": 1 }] },
      /swept once.*twice/,
      ["sweep", "list"],
    ],
    ["a path inside another", { ...beta, "model.attention": ["softmax"] }, /swept once/, ["sweep", "model.attention"]],
    ["seeds and a seed", { "solve.seed": [1], seeds: 2 }, /solve\.seed and seeds/, ["sweep", "solve.seed"]],
    ["contradicting conditions", { ...beta, where: ["beta > 1", "beta < 1"] }, /at least one cell/, ["sweep", "where"]],
    ["an unknown name", { ...beta, where: "betta > 1" }, /called "betta". Did you mean "beta"/, ["sweep", "where"]],
    ["no condition", { ...beta, where: "beta + 1" }, /must be a condition.*got 2/, ["sweep", "where"]],
    [
      "a derived infinity",
      { ...beta, derive: { "solve.span.1": "1 / (beta - 1)" } },
      /must be a finite number for every cell, got Infinity/,
      ["sweep", "derive", "solve.span.1"],
    ],
    [
      "arithmetic on what is not there",
      { "model.attention.softmax.beta": [1, { "log-n": 2 }], derive: { "solve.span.1": "2 * beta" } },
      /must be a finite number for every cell, got null/,
      ["sweep", "derive", "solve.span.1"],
    ],
    [
      "arithmetic on words",
      { "model.mask": ["none", "causal"], derive: { "solve.span.1": "2 * mask" } },
      /\* needs numbers, got "none"/,
      ["sweep", "derive", "solve.span.1"],
    ],
    [
      "a derived nonsense",
      { ...beta, derive: { "solve.span.1": "-beta" } },
      /t0 < t1/,
      ["sweep", "derive", "solve.span.1"],
    ],
    [
      "a billion cells",
      { "solve.seed": { range: [0, 1e9], count: 1e9 } },
      /at most 1000000 cells, got 1000000000 /,
      ["sweep"],
    ],
    [
      "a product",
      { "solve.seed": { range: [0, 1e5], count: 1e5 }, "initial.gaussian.n": { range: [1, 1e5], count: 1e5 } },
      /got 10000000000 \(100000 × 100000\)/,
      ["sweep"],
    ],
    ["an unknown measure", { ...beta, measure: ["lvels"] }, /measure/, ["sweep", "measure", 0]],
    [
      "refine and stop",
      { ...beta, refine: { over: ["a", "b"], by: "1" }, stop: { along: "a", when: "true" } },
      /exclude each other/,
      ["sweep", "stop"],
    ],
    [
      "refining a list",
      {
        ...beta,
        "solve.seed": { range: [0, 1], count: 2 },
        refine: { over: ["model.attention.softmax.beta", "solve.seed"], by: "beta" },
      },
      /only a range/,
      ["sweep", "refine", "over", 0],
    ],
    [
      "an index that is not there",
      { "initial.gaussian.mean.7": [1] },
      /list of 2/,
      ["sweep", "initial.gaussian.mean.7"],
    ],
    [
      "seeds among zipped paths",
      { zip: { seeds: [1, 2], "model.attention.softmax.beta": [1, 2] } },
      /is called seed.*Write seed:/,
      ["sweep", "zip"],
    ],
    [
      "stopping at a number",
      { ...beta, stop: { along: "beta", when: "[gaussian-moments.trace] - 2" } },
      /must be a condition.*got a number/,
      ["sweep", "stop", "when"],
    ],
    [
      "refining what is not swept",
      { ...beta, refine: { over: ["model.x", "solve.seed"], by: "beta" } },
      /"model.x" is not swept/,
      ["sweep", "refine", "over", 0],
    ],
    [
      "a column that cannot be",
      { ...beta, stop: { along: "model.attention.softmax.beta", when: "foo.bar > 1" } },
      /"foo.bar" is neither/,
      ["sweep", "stop", "when"],
    ],
  ])("%s", (_, sweep, says, path) => {
    const error = refusal(sweep);
    expect(error.message).toMatch(says);
    expect(error.path).toEqual(path);
  });

  test("what the document says wrongly for some cells alone names the place there and the cell", () => {
    const document = { ...base, observe: { trace: { at: [0, 0.5] } } };
    const error = refusal({ "solve.seed": [1, 2], "solve.span.1": [1, 0.25] }, document as typeof base);
    expect(error.message).toContain('[0, 0.25] (in the cell {"solve.seed":1,"solve.span.1":0.25}), got 0.5');
    expect(error.path).toEqual(["observe", "trace", "at", 1]);
  });

  test("nothing of the prototypes was touched", () => {
    refusal({ "model.__proto__.polluted": [1] });
    refusal({ "model.constructor.prototype.polluted": [1] });
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });
});

describe("early stop", () => {
  test("along a line nothing comes after the cell that meets the condition", () => {
    const plan = planOf({
      "initial.gaussian.n": [8, 16],
      "model.attention.softmax.beta": [1, 2, 3, 4],
      stop: { along: "model.attention.softmax.beta", when: "beta * n >= 32" },
    });
    const stages = sweepStages(plan);
    const seen: string[] = [];
    let next = stages.next([]);
    while (next.done !== true) {
      const { value: cells } = next;
      const values = Array.from({ length: cells.size }, (_, k) => plan.values(cells.at(k)));
      seen.push(values.map((one) => `${one["initial.gaussian.n"]}·${one["model.attention.softmax.beta"]}`).join(" "));
      next = stages.next(values.map((one) => labelOf(plan, one, () => null)));
    }
    expect(seen).toEqual(["8·1 16·1", "8·2 16·2", "8·3", "8·4"]);
  });
});

describe("refinement of a boundary", () => {
  const depth = 4;
  const count = 9;
  const sweep = {
    "model.attention.softmax.beta": { range: [0, 1], count },
    "solve.span.1": { range: [0, 1], count },
    refine: { over: ["model.attention.softmax.beta", "solve.span.1"], by: "beta", depth },
  };

  /** Runs the stages with labels from a function of the plane; coordinates → label. */
  function refine(side: (x: number, y: number) => string | null) {
    const plan = planOf(sweep);
    const stages = sweepStages(plan);
    const found = new Map<string, string | null>();
    let next = stages.next([]);
    while (next.done !== true) {
      const cells = next.value;
      const labels = Array.from({ length: cells.size }, (_, k) => {
        const [x, y] = cells.at(k) as [number, number];
        expect(found.has(`${x} ${y}`), "no point is asked twice").toBe(false);
        found.set(`${x} ${y}`, side(x / (count - 1), y / (count - 1)));
        return found.get(`${x} ${y}`)!;
      });
      next = stages.next(labels);
    }
    return found;
  }

  const inDisc = (x: number, y: number) => (Math.hypot(x - 0.45, y - 0.55) < 0.3 ? "in" : "out");

  test("every smallest square that the boundary crosses is asked at its corners, as on the whole fine grid", () => {
    const found = refine(inDisc);
    const step = 2 ** -depth;
    const fine = (count - 1) / step;
    const label = (i: number, j: number) => inDisc((i * step) / (count - 1), (j * step) / (count - 1));
    let crossed = 0;
    for (let i = 0; i < fine; i++) {
      for (let j = 0; j < fine; j++) {
        const corners = [
          [i, j],
          [i + 1, j],
          [i, j + 1],
          [i + 1, j + 1],
        ] as const;
        if (new Set(corners.map(([a, b]) => label(a, b))).size === 1) continue;
        crossed++;
        for (const [a, b] of corners) expect(found.has(`${a * step} ${b * step}`)).toBe(true);
      }
    }
    // The boundary is 2π·0.3·8/step ≈ 241 steps long; each row and column of squares meets a convex curve twice.
    expect(crossed).toBeGreaterThan(240);
    // The whole fine grid has 129² = 16641 points.
    expect(found.size).toBeLessThan(2000);
  });

  test("one label: nothing is refined; cells that say nothing take no side", () => {
    expect(refine(() => "same").size).toBe(count * count);
    expect(refine((x) => (x < 0.5 ? "same" : null)).size).toBe(count * count);
  });

  test("a boundary along a line of the grid is followed to the smallest squares on one side of it", () => {
    const found = refine((x) => (x < 0.5 ? "left" : "right"));
    const xs = [...found.keys()].map((key) => Number(key.split(" ")[0]));
    // Left of x = 4 the nearest column asked is one smallest step away.
    expect(Math.max(...xs.filter((x) => x < 4))).toBe(4 - 2 ** -depth);
  });

  test("the other dimensions are refined each for itself", () => {
    const plan = planOf({ ...sweep, "initial.gaussian.n": [8, 9] });
    const stages = sweepStages(plan);
    const first = stages.next([]).value!;
    const labels = Array.from({ length: first.size }, (_, k) => {
      const [x, , n] = first.at(k) as [number, number, number];
      return n === 0 && x > 4 ? "b" : "a";
    });
    const second = stages.next(labels).value!;
    expect(second.size).toBeGreaterThan(0);
    for (let k = 0; k < second.size; k++) expect(second.at(k)[2]).toBe(0);
  });
});
