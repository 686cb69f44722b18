import { spawn } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { bin, meanfield, temporaryFolder } from "./command.js";

const folder = temporaryFolder();
// About a second of many short steps: repeats of a cloud, then distances to the moments.
writeFileSync(
  join(folder, "long.yaml"),
  `model: { attention: softmax }
initial: { gaussian: { mean: [0, 0, 0], cov: identity, n: 40 } }
levels: { gaussian-moments: {}, particles: {} }
solve: { span: [0, 1], repeats: 50 }
observe: { trace: { every: 0.1 } }
`,
);
const data = ["states.npz", "series.parquet", "distances.parquet", "ensemble.parquet"];
const bytesOf = (out: string) => data.map((name) => readFileSync(join(folder, out, name)).toString("hex"));
const run = (out: string, ...more: string[]) =>
  meanfield(["run", "long.yaml", "--out", out, "--quiet", ...more], folder);

/** Stops the run before it is whole; on a busy machine a signal may come too late, and another try is due. */
async function stopped(out: string, signal: NodeJS.Signals): Promise<{ code: number | null; stderr: string }> {
  for (let attempt = 0; attempt < 10; attempt++) {
    const ended = await signalled(out, signal);
    if (ended.code !== 0) return ended;
    rmSync(join(folder, out), { recursive: true });
  }
  throw new Error("every run was whole before the signal came");
}

/** Starts the run and ends it when a checkpoint of it is there: at once (SIGKILL), or with a request (the others). */
function signalled(out: string, signal: NodeJS.Signals): Promise<{ code: number | null; stderr: string }> {
  return new Promise((resolve) => {
    const words = ["run", "long.yaml", "--out", out, "--checkpoint-every", signal === "SIGKILL" ? "0.05" : "30"];
    const child = spawn(process.execPath, [bin, ...words], { cwd: folder });
    let stderr = "";
    let sent = false;
    const send = () => {
      if (!sent) child.kill(signal);
      sent = true;
    };
    const timer = setInterval(() => {
      if (existsSync(join(folder, out, "checkpoint.bin"))) send();
    }, 5);
    child.stderr.on("data", (bytes) => {
      stderr += String(bytes);
      if (signal !== "SIGKILL" && stderr.includes("particles: ")) send();
    });
    child.on("close", (code) => {
      clearInterval(timer);
      resolve({ code, stderr });
    });
  });
}

describe("a run that was stopped", () => {
  test.each(["SIGINT", "SIGTERM", "SIGKILL"] as const)(
    "by %s goes on where it was, to the same bytes",
    async (signal) => {
      if (!existsSync(join(folder, "undisturbed"))) await run("undisturbed");
      const out = `out-${signal}`;
      const first = await stopped(out, signal);
      expect(first.code).toBe(signal === "SIGKILL" ? null : 130);
      if (signal !== "SIGKILL") expect(first.stderr).toContain(`interrupted; the same command goes on from ${out}`);
      expect(
        readdirSync(join(folder, out))
          .filter((name) => !name.startsWith("."))
          .sort(),
      ).toEqual(["checkpoint.bin", "manifest.json"]);
      cpSync(join(folder, out), join(folder, `${out}-damaged`), { recursive: true });
      cpSync(join(folder, out), join(folder, `${out}-ignored`), { recursive: true });

      const second = await run(out);
      expect(second).toMatchObject({ code: 0, stderr: `resuming from ${out}/checkpoint.bin\n` });
      expect(bytesOf(out)).toEqual(bytesOf("undisturbed"));
      expect(existsSync(join(folder, out, "checkpoint.bin"))).toBe(false);

      if (signal !== "SIGTERM") return;
      truncateSync(join(folder, `${out}-damaged`, "checkpoint.bin"), 500);
      const damaged = await run(`${out}-damaged`);
      expect(damaged.code).toBe(0);
      expect(damaged.stderr).toMatch(/checkpoint\.bin is not used: it is not whole .* starts from its beginning/);
      expect(bytesOf(`${out}-damaged`)).toEqual(bytesOf("undisturbed"));

      const ignored = await run(`${out}-ignored`, "--checkpoint-every", "0");
      expect(ignored).toMatchObject({ code: 0, stderr: "" });
      expect(bytesOf(`${out}-ignored`)).toEqual(bytesOf("undisturbed"));
    },
  );

  test("is not taken up by another experiment", async () => {
    const first = await stopped("taken", "SIGTERM");
    expect(first).toMatchObject({ code: 130, stderr: expect.stringContaining("goes on from taken") });
    const other = await run("taken", "--seed", "9");
    expect(other.code).toBe(2);
    expect(other.stderr).toMatch(/another run, [0-9a-f]{16} \(unfinished\)/);
    const before = readFileSync(join(folder, "taken", "checkpoint.bin"));
    writeFileSync(join(folder, "taken", "checkpoint.bin"), before.toString("latin1").replace(/"id":"./, '"id":"x'));
    expect((await run("taken")).stderr).toMatch(/checkpoint\.bin is not used/);
  });
});
