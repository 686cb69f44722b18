import { describe, expect, test } from "vitest";
import { meanfield, temporaryFolder } from "./command.js";

const folder = temporaryFolder();
const commands = [
  ...["run", "compare", "analyze", "probe", "list", "describe", "export", "quickstart"],
  ...["sweep", "status", "retry", "cancel", "gc", "run-chunk", "verify-store", "bench"],
];

describe("help", () => {
  test.each([[], ...commands.map((name) => [name])])(
    "meanfield %s --help explains and lists examples",
    async (...words) => {
      const { code, stdout, stderr } = await meanfield([...words, "--help"], folder);
      expect(code).toBe(0);
      expect(stderr).toBe("");
      expect(stdout).toMatch(/^Usage: meanfield/);
      expect(stdout).toMatch(/\nExamples?:\n {2}meanfield /);
      if (words.length === 0) for (const name of commands) expect(stdout).toContain(`\n  ${name} `);
    },
  );

  test("--version prints the version alone", async () => {
    const { code, stdout } = await meanfield(["--version"], folder);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe("words the command does not know exit 2, say so on stderr and print no data", () => {
  test.each([
    [["rnu", "x.yaml"], /unknown command 'rnu'\n\(Did you mean run\?\)/],
    [["run", "--foo", "x.yaml"], /unknown option '--foo'/],
    [["run"], /missing required argument 'file'/],
    [["run", "x.yaml", "--seed", "-1"], /'--seed <n>' argument '-1' is invalid. must be an integer ≥ 0/],
    [["run", "x.yaml", "--out", ""], /'--out <dir>' argument '' is invalid. must name a directory/],
    [["export", "x", "--format", "xls"], /Allowed choices are npz, csv/],
    [["describe", "softmx"], /describe: there is no plug-in "softmx". Did you mean "softmax"\?/],
    [["list", "atention"], /list: there is no family "atention". Did you mean "attention"\?/],
    [["sweep"], /missing required argument 'file'/],
    [["sweep", "x.yaml", "--engine", "k8s"], /Allowed choices are local/],
    [["sweep", "x.yaml", "--workers", "0"], /'--workers <n>' argument '0' is invalid. must be an integer ≥ 1/],
    [["bench", "--backend", "cuda"], /Allowed choices are reference, wasm, native/],
    [["bench", "--d", "3", "x"], /'--d <dimension...>' argument 'x' is invalid. must be an integer ≥ 1/],
    [["bench", "--n", "0"], /argument '0' is invalid. must be an integer ≥ 1/],
    [["bench", "--n", "1e99"], /argument '1e99' is invalid. must be at most 9007199254740991/],
    [["bench", "--d", "1"], /bench d: it must be an integer from 2 to 1024, got 1/],
    [["bench", "--backend", "reference", "--precision", "f32"], /bench: something must be left to measure/],
    [["export", "nowhere"], /nowhere: must be the directory of a finished run/],
  ] as const)("%j", async (words, says) => {
    const { code, stdout, stderr } = await meanfield(words, folder);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toMatch(says);
  });
});

describe("what there is to name", () => {
  test("list names every family, and describe knows every name in it", async () => {
    const listed = JSON.parse((await meanfield(["list", "--json"], folder)).stdout) as Record<
      string,
      { name: string; doc: string }[]
    >;
    expect(Object.keys(listed)).toEqual(
      expect.arrayContaining(["attention", "levels", "methods", "distances", "analysis"]),
    );
    for (const plugins of Object.values(listed)) for (const { doc } of plugins) expect(doc).not.toBe("");
    const described = JSON.parse((await meanfield(["describe", "none", "--json"], folder)).stdout) as {
      family: string;
    }[];
    const families = Object.keys(listed).filter((family) => listed[family]!.some(({ name }) => name === "none"));
    expect(described.map(({ family }) => family)).toEqual(families);
  });

  test("describe shows parameters with symbol, default and meaning", async () => {
    const { stdout } = await meanfield(["describe", "softmax"], folder);
    expect(stdout).toMatch(/^softmax \(attention\)\n/);
    expect(stdout).toMatch(/\nbeta +β +scalar +1 +1 +inverse temperature/);
  });
});
