import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { meanfield, temporaryFolder } from "./command.js";

const folder = temporaryFolder();
const write = (name: string, text: string) => writeFileSync(join(folder, name), text);

// Seven blocks of repeats, the last one short, at two levels.
const document = (backend: string) => `model: { attention: softmax, geometry: sphere }
initial: { uniform-sphere: { d: 3, n: 8, seed: 2 } }
levels: { layers: { L: 20 }, particles: {} }
solve: { span: [0, 2], repeats: 200 }
observe: { mean-overlap: { every: 0.5 } }
backend: { ${backend} }
`;

describe("repeats", () => {
  test("give one document whether one thread computes them or all processors", async () => {
    write("team.yaml", document("threads: auto"));
    write("alone.yaml", document("threads: 1"));
    const answers = await Promise.all(
      ["team", "alone"].map(async (name) => {
        const { code, stdout } = await meanfield(["run", `${name}.yaml`, "--json", "--quiet"], folder);
        expect(code).toBe(0);
        return JSON.parse(stdout) as { levels: object; backend: { summation: object } };
      }),
    );
    expect(answers[0]!.levels).toEqual(answers[1]!.levels);
    expect(answers[0]!.backend.summation).toEqual(answers[1]!.backend.summation);
  });
});

describe("a level that fails", () => {
  const failing = (expectation: string) => `model: { attention: softmax }
initial: { gaussian: { mean: [0], cov: [[1]], n: 8 } }
levels: { particles: {} }
solve: { span: [0, 1], steps: { adaptive: { maxSteps: 2 } } }
${expectation}
`;

  test("makes the command end with 1, when it is found again too", async () => {
    write("failing.yaml", failing(""));
    for (let k = 0; k < 2; k++) {
      const { code, stderr } = await meanfield(["run", "failing.yaml", "--out", "failing", "--quiet"], folder);
      expect(code).toBe(1);
      expect(stderr).toContain("level particles failed: tsit5: 2 steps reached only");
    }
  });

  test("is as it should be where it is expected", async () => {
    write("expected.yaml", failing("expect: [{ level: particles, equals: failed }]"));
    expect((await meanfield(["run", "expected.yaml", "--json", "--quiet"], folder)).code).toBe(0);
  });
});

describe("figures and exports of a sweep", () => {
  test("come from its store", async () => {
    write(
      "sweep.yaml",
      `${document("threads: 1").replace("repeats: 200", "repeats: 4").replace("layers: { L: 20 }, ", "")}sweep:
  model.attention.softmax.beta: [1, 2, 3]
  measure: [series, analysis]
`,
    );
    const swept = await meanfield(["sweep", "sweep.yaml", "--out", "map", "--quiet", "--workers", "1"], folder);
    expect(swept.code).toBe(0);
    const figure = (...words: string[]) => meanfield(["figure", "map", ...words], folder);
    const beta = "model.attention.softmax.beta";
    const value = "particles.mean-overlap.mean";
    const lines = await figure("--kind", "line-family", "--x", "t", "--value", value, "--by", beta, "--band", "se");
    expect(lines.stdout).toContain("line-family.pdf");
    const two = await figure("--x", beta, "--y", "t", "--value", value, "--where", `${beta}=1`, "--where", `${beta}=3`);
    expect(two.stdout).toContain("heat-map.png");
    const axes = await figure("--kind", "parallel-coordinates", "--column", beta, "--column", "analysis.alignment.t");
    expect(axes.stdout).toContain("parallel-coordinates.svg");
    const vain = await figure("--x", beta, "--y", "t", "--value", value, "--where", `${beta}=7`);
    expect(vain).toMatchObject({ code: 2, stderr: expect.stringContaining(`none with ${beta} = 7`) });
    expect((await figure("--kind", "pie")).stderr).toContain("heat-map, line-family, parallel-coordinates");
    for (const [format, file] of Object.entries({ npz: "cells.npz", csv: "cells.csv", zarr: "cells.zarr" })) {
      expect((await meanfield(["export", "map", "--format", format], folder)).stdout).toContain(`map/export/${file}`);
    }
  }, 60_000);
});
