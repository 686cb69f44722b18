import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { meanfield, quoted, shell, temporaryFolder } from "./command.js";
import { smallYaml, threeLevels } from "./documents.js";

const folder = temporaryFolder();
// util-linux; BSD's script knows no -c.
const hasTerminal = spawnSync("script", ["-qec", "true", "/dev/null"]).status === 0;

beforeAll(() => {
  writeFileSync(join(folder, "small.yaml"), smallYaml);
  writeFileSync(join(folder, "three.json"), JSON.stringify(threeLevels));
});

describe("progress", () => {
  test("not on a terminal: plain lines on stderr", async () => {
    const { stderr } = await meanfield(["compare", "three.json", "--out", "lines"], folder);
    expect(stderr).toMatch(/^(?:[a-z-]+: \d+ %(?:, t = [\d.]+)?\n)+$/);
    for (const stage of ["particles", "layers", "distances"]) expect(stderr).toContain(`${stage}: `);
  });

  test("--quiet: not a byte on stderr or stdout", async () => {
    const { code, stdout, stderr } = await meanfield(["run", "small.yaml", "--quiet", "--out", "quiet"], folder);
    expect([code, stdout, stderr]).toEqual([0, "", ""]);
  });

  // script(1) of util-linux makes the terminal; elsewhere there is none to test on.
  test.skipIf(!hasTerminal)("on a terminal: a bar with depth and ETA that leaves the cursor as it was", () => {
    const words = "run small.yaml --out bar --set initial.gaussian.n=300";
    const { code, stdout } = shell(`script -qec "${quoted} ${words}" /dev/null`, folder);
    expect(code).toBe(0);
    expect(stdout).toMatch(/particles +\[█*░*\] \d+ % {2}(?:t = [\d.]+ {2})?ETA \S+/);
    const hide = stdout.lastIndexOf("\u001b[?25l");
    expect(stdout.lastIndexOf("\u001b[?25h")).toBeGreaterThan(hide);
  });

  test.skipIf(!hasTerminal).each([80, 120])(
    "on a terminal %i columns wide, tables fit and break between words",
    (columns) => {
      const { stdout } = shell(`script -qec "stty cols ${columns}; ${quoted} list observables" /dev/null`, folder);
      const lines = stdout.split(/\r?\n/);
      expect(Math.max(...lines.map((line) => [...line].length))).toBeLessThanOrEqual(columns);
      const text = lines.map((line) => line.slice(19)).join(" ");
      expect(text).toContain("the sum divided by n, not n − 1.");
      const alone = shell(`${quoted} list observables`, folder).stdout;
      expect(alone.split("\n").length).toBeLessThan(lines.length);
    },
  );
});

describe("pipes", () => {
  test("a reader that goes away is no crash", () => {
    const { stdout, stderr } = shell(
      `set -o pipefail; ${quoted} list | head -n 1; echo "\${PIPESTATUS[0]}" >&2`,
      folder,
    );
    expect(stdout).toBe("attention\n");
    expect(stderr).toBe("0\n");
    const document = shell(
      `${quoted} run small.yaml --json --quiet --set initial.gaussian.n=5000 --set solve.method=euler --set solve.steps.fixed.dt=1 | head -c 8`,
      folder,
    );
    expect(document.stderr).not.toMatch(/EPIPE|defect/);
  });

  test("nobody reads the messages: the work is done all the same", () => {
    const line = `${quoted} run three.json --out unread 2> >(exec true); echo $?`;
    const { stdout } = shell(line, folder);
    expect(stdout).toMatch(/\nresults and report.html in unread\n0\n$/);
  });
});
