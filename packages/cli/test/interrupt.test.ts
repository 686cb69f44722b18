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

/** Starts a long run, waits for its first progress, sends the signals; how it ended. */
function interrupted(signals: readonly NodeJS.Signals[], out: string) {
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    const child = spawn(process.execPath, [bin, "run", "long.yaml", "--out", out, "--checkpoint-every", "0"], {
      cwd: folder,
    });
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
      const { code, stdout, stderr } = await interrupted(signals, out);
      expect(code).toBe(130);
      expect(stdout).toBe("");
      expect(stderr).toMatch(/interrupted; nothing was written\n$/);
      expect(existsSync(join(folder, out))).toBe(false);
    },
  );
});
