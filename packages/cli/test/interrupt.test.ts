import { spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { bin, temporaryFolder } from "./command.js";

const folder = temporaryFolder();
// Minutes of work, beyond a test's time: every evaluation of 3,000 tokens takes some tenths of a second.
writeFileSync(
  join(folder, "long.yaml"),
  `model: { attention: softmax }
initial: { gaussian: { mean: [0, 0, 0], cov: identity, n: 3000 } }
levels: { particles: {} }
solve: { span: [0, 50] }
`,
);

// Ten thousand starts for each rank, 1 to 12 in twelve dimensions.
writeFileSync(
  join(folder, "search.yaml"),
  `model: { attention: { softmax: { V: { random: ginibre, seed: 1 } } }, feedforward: { affine: { W: identity } } }
initial: { gaussian: { mean: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], cov: identity, n: 8 } }
levels: { gaussian-moments: {} }
analyze: { equilibria: { starts: 10000 } }
`,
);

/** Starts a long command, waits for its first progress, sends the signals; how it ended. */
function interrupted(signals: readonly NodeJS.Signals[], words: readonly string[]) {
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    const child = spawn(process.execPath, [bin, ...words], { cwd: folder });
    let stdout = "";
    let stderr = "";
    let sent = false;
    child.stdout.on("data", (bytes) => {
      stdout += String(bytes);
    });
    child.stderr.on("data", (bytes) => {
      stderr += String(bytes);
      if (sent) return;
      sent = true;
      signals.forEach((signal, k) => {
        setTimeout(() => child.kill(signal), 30 * k);
      });
    });
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

describe("stopping a run that has begun", () => {
  test.each([[["SIGINT"]], [["SIGTERM"]], [["SIGHUP"]], [["SIGINT", "SIGINT"]]] as const)(
    "%j: exit 130 at once, nothing on stdout, nothing left in --out",
    async (signals) => {
      const out = `out-${signals.join("-")}`;
      const { code, stdout, stderr } = await interrupted(signals, [
        ...["run", "long.yaml", "--out", out, "--checkpoint-every", "0"],
      ]);
      expect(code).toBe(130);
      expect(stdout).toBe("");
      expect(stderr).toMatch(/interrupted; nothing was written\n$/);
      expect(existsSync(join(folder, out))).toBe(false);
    },
  );
});

test("stopping a search of equilibria: exit 130, and no part of an answer", async () => {
  const { code, stdout, stderr } = await interrupted(["SIGINT"], ["analyze", "search.yaml", "--json"]);
  expect(code).toBe(130);
  expect(stdout).toBe("");
  expect(stderr).toMatch(/interrupted/);
});
