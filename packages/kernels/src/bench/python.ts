import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";

/** A Python script that answers every line of JSON with one, in order. */
export interface PythonProcess<First> {
  /** What it said before it was asked. */
  readonly first: First;
  /** @throws (rejects) Error when the process has ended */
  ask<Answer>(request: unknown): Promise<Answer>;
  /** Lets it end. */
  close(): void;
}

/**
 * The environment in which OpenBLAS is at its best: the threads asked for, and on a processor with AVX-512 the kernels for
 * it, whatever this process was started with (others are up to four times slower).
 */
export function peerEnvironment(threads: number): NodeJS.ProcessEnv {
  const { OPENBLAS_CORETYPE: _inherited, ...rest } = process.env;
  const wide = existsSync("/proc/cpuinfo") && /\bavx512f\b/.test(readFileSync("/proc/cpuinfo", "utf8"));
  const count = String(threads);
  const libraries = { OPENBLAS_NUM_THREADS: count, OMP_NUM_THREADS: count, MKL_NUM_THREADS: count };
  return { ...rest, ...libraries, ...(wide ? { OPENBLAS_CORETYPE: "SkylakeX" } : {}) };
}

/** Lines of a process, one promise each; undefined once it has ended. */
function linesOf(child: ChildProcess): () => Promise<string | undefined> {
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  return async () => {
    const { value, done } = await lines.next();
    return done === true ? undefined : value;
  };
}

/**
 * Starts a script.
 * @param python the interpreter
 * @param script path of the script, which says one line of JSON of its own accord
 * @param threads of the libraries it loads
 * @returns the process, or the reason why there is none
 */
export async function startPython<First>(
  python: string,
  script: string,
  threads: number,
): Promise<PythonProcess<First> | string> {
  const child = spawn(python, [script], { stdio: ["pipe", "pipe", "pipe"], env: peerEnvironment(threads) });
  let complaint = "";
  child.on("error", (error) => {
    complaint = error.message;
  });
  // A process that has ended takes no more requests; its answer, or the lack of it, says so.
  child.stdin.on("error", () => undefined);
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaint += text;
  });
  const next = linesOf(child);
  const first = await next();
  const reason = () => complaint.trim().split("\n").at(-1) || "it ended without a word";
  if (first === undefined) return reason();
  return {
    first: JSON.parse(first) as First,
    async ask<Answer>(request: unknown) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const line = await next();
      if (line === undefined) throw new Error(`${python} ${script} ended: ${reason()}`);
      return JSON.parse(line) as Answer;
    },
    close: () => child.stdin.end(),
  };
}
