import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { meanfield, type NodeSetting, temporaryFolder } from "./command.js";

const folder = temporaryFolder();
const preload = (name: string) => ["--import", new URL(`./preload/${name}.mjs`, import.meta.url).href];

writeFileSync(
  join(folder, "a.yaml"),
  `model: { attention: { softmax: { beta: 4 } }, geometry: sphere }
initial: { uniform-sphere: { d: 3, n: 60, seed: 1 } }
levels: { particles: {} }
solve: { span: [0, 0.2], method: rk4, steps: { fixed: { dt: 0.1 } } }
`,
);

interface Answer {
  readonly backend: {
    readonly name: string;
    readonly summation: readonly { readonly method: string; readonly by?: string; readonly evaluations: number }[];
    readonly notices: readonly string[];
  };
}

interface Setting extends NodeSetting {
  readonly set?: readonly string[];
}

function run({ set = [], ...node }: Setting, ...more: string[]) {
  return meanfield(["run", "a.yaml", "--json", ...set.flatMap((one) => ["--set", one]), ...more], folder, node);
}

/** The run's report; what it says must be on the terminal too, each sentence once. */
async function backendOf(setting: Setting): Promise<Answer["backend"]> {
  const { code, stdout, stderr } = await run(setting);
  expect([code, stderr]).toEqual([0, expect.any(String)]);
  const { backend } = JSON.parse(stdout) as Answer;
  for (const notice of backend.notices) expect(stderr.split(notice)).toHaveLength(2);
  return backend;
}

// Two steps of four stages.
const fields = { method: "direct", evaluations: 8, bound: 0, fallBacks: 0 };
const damaged = expect.stringMatching(/no backend native: .*damaged.*npm run build:native again/);

describe("what is missing under auto is a slower way and one message", () => {
  test("a native library that was cut off: WebAssembly", async () => {
    expect(await backendOf({ flags: preload("damaged-library") })).toMatchObject({
      name: "wasm",
      summation: [fields],
      notices: [damaged],
    });
  });

  test("a native library without the package that calls it: WebAssembly", async () => {
    const { name, notices } = await backendOf({ flags: [...preload("damaged-library"), ...preload("no-koffi")] });
    expect([name, notices]).toEqual(["wasm", [expect.stringMatching(/no backend native: .*npm install koffi/)]]);
  });

  test("no WebAssembly either: the reference", async () => {
    expect(await backendOf({ flags: ["--jitless", ...preload("damaged-library")] })).toMatchObject({
      name: "reference",
      summation: [fields],
      notices: [damaged, expect.stringMatching(/no backend wasm: .*without --jitless/)],
    });
  });

  test("no threads for WebAssembly: one thread", async () => {
    const { name, notices } = await backendOf({
      flags: preload("no-threads"),
      environment: { NO_THREADS: "/wasm/worker" },
      set: ["backend.name=wasm", "backend.threads=2"],
    });
    expect([name, notices]).toEqual(["wasm", [expect.stringMatching(/could not be started .*EAGAIN/)]]);
  });

  test("a sum that must be in float64 on a backend of float32: the reference, and it is counted", async () => {
    const { summation, notices } = await backendOf({
      set: ["model.attention={sinkhorn: {epsilon: 1}}", "backend.precision=f32", "backend.name=wasm"],
    });
    expect(summation).toMatchObject([{ method: "direct", by: "reference" }]);
    expect(summation[0]!.evaluations).toBeGreaterThan(8);
    expect(notices).toEqual([expect.stringMatching(/backend wasm declined .* float64/)]);
  });

  test("--quiet says nothing of it, and a run that was computed before nothing again", async () => {
    const flags = preload("damaged-library");
    expect((await run({ flags }, "--quiet")).stderr).toBe("");
    const kept = () => meanfield(["run", "a.yaml", "--out", "kept"], folder, { flags });
    expect((await kept()).stderr).toMatch(/no backend native/);
    const again = await kept();
    expect([again.stdout, again.stderr]).toEqual([expect.stringContaining("finished before"), ""]);
  });

  test("analyze and sweep say it too", async () => {
    const flags = preload("damaged-library");
    const analyzed = await meanfield(["analyze", "a.yaml", "--json"], folder, { flags });
    expect([analyzed.code, analyzed.stderr]).toEqual([0, expect.stringMatching(/no backend native/)]);
    const words = ["sweep", "a.yaml", "--json", "--workers", "1", "--out", "swept"];
    const swept = await meanfield([...words, "--set", "sweep={solve.seed: [1, 2]}"], folder, {
      environment: { NODE_OPTIONS: flags.join(" ") },
    });
    expect([swept.code, swept.stderr]).toEqual([0, expect.stringMatching(/no backend native/)]);
    expect((JSON.parse(swept.stdout) as { notices: string[] }).notices).toEqual([damaged]);
  });
});

describe("what cannot be had at all is bad input with what to do", () => {
  test.each([
    ["WebAssembly by name", { flags: ["--jitless"], set: ["backend.name=wasm"] }, /backend wasm: .*without --jitless/],
    [
      "a damaged library by name",
      { flags: preload("damaged-library"), set: ["backend.name=native"] },
      /backend native: .*build:native again/,
    ],
    [
      "float32 without the backends that have it",
      { flags: ["--jitless", ...preload("damaged-library")], set: ["backend.precision=f32"] },
      /float32 needs .*Write precision: f64/,
    ],
    [
      "a thread to compute in",
      { flags: preload("no-threads"), environment: { NO_THREADS: "/compute/worker" } },
      /EAGAIN.*ulimit -u/,
    ],
    ["memory that threads share", { flags: preload("no-shared-memory") }, /without SharedArrayBuffer/],
  ] as [string, Setting, RegExp][])("%s", async (_name, setting, message) => {
    const { code, stdout, stderr } = await run(setting);
    expect([code, stdout, stderr]).toEqual([2, "", expect.stringMatching(message)]);
    expect(stderr).not.toMatch(/defect/);
  });

  test("a certified accuracy in float32 is refused at its line", async () => {
    writeFileSync(
      join(folder, "b.yaml"),
      `model: { attention: softmax }
initial: { uniform-sphere: { d: 3, n: 60 } }
levels: { particles: {} }
backend:
  precision: f32
  accuracy: 1e-10
`,
    );
    const { code, stderr } = await meanfield(["run", "b.yaml", "--json"], folder);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^b\.yaml:6:\d+: .*f64.*Write precision: f64/)]);
  });
});
