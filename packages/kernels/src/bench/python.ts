import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

/** A Python script that answers every line of JSON with one, in order. */
export interface PythonProcess<First> {
  /** What it said before it was asked. */
  readonly first: First;
  /** @throws (rejects) Error when it has ended, answers no JSON, or takes longer than the limit; it is ended then */
  ask<Answer>(request: unknown): Promise<Answer>;
  /** Ends it. */
  close(): void;
}

export interface PythonOptions {
  /** Of the libraries it loads. */
  readonly threads: number;
  /** Milliseconds for its start and for every answer. Default `answerLimitMs`. */
  readonly limitMs?: number;
  /** Ends it, while it starts too. */
  readonly signal?: AbortSignal;
}

/** Lines of a script that begin otherwise are not its answers: banners, warnings, what a library prints. */
const answerMarker = "meanfield-answer ";

/** A minute: many times what PyTorch takes to load, or NumPy's own loops for the largest velocity of a plan. */
const answerLimitMs = 60_000;

/** Characters of stderr that are kept. */
const mostComplaint = 4000;

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

/** Calls back with what follows the marker in every line of stdout that has it. */
function onAnswers(child: ChildProcess, answer: (text: string) => void): void {
  let open = "";
  child.stdout!.setEncoding("utf8").on("data", (text: string) => {
    const lines = (open + text).split("\n");
    open = lines.pop()!;
    for (const line of lines) {
      // What was written without a newline stands before it.
      const at = line.indexOf(answerMarker);
      if (at >= 0) answer(line.slice(at + answerMarker.length));
    }
  });
}

/** The answers of a child, one promise each, and its end. */
function conversation(child: ChildProcess, limitMs: number) {
  const answers: string[] = [];
  let complaint = "";
  let failure: string | undefined;
  let waiting: { resolve(text: string): void; reject(error: Error): void } | undefined;
  let timer: NodeJS.Timeout | undefined;

  const end = (why: string) => {
    if (failure !== undefined) return;
    failure = why;
    clearTimeout(timer);
    child.kill("SIGKILL");
    // A process that it has started in turn may hold its pipes.
    for (const pipe of [child.stdin!, child.stdout!, child.stderr!]) pipe.destroy();
    child.unref();
    waiting?.reject(new Error(why));
    waiting = undefined;
  };
  onAnswers(child, (text) => {
    clearTimeout(timer);
    if (waiting === undefined) answers.push(text);
    waiting?.resolve(text);
    waiting = undefined;
  });
  child.stderr!.setEncoding("utf8").on("data", (text: string) => {
    complaint = (complaint + text).slice(-mostComplaint);
  });
  // A process that has ended takes no more requests; that it has ended says so.
  child.stdin!.on("error", () => undefined);
  child.on("error", (error) => end(error.message));
  child.on("close", (code, signal) =>
    end(complaint.trim().split("\n").at(-1) || `it ended with ${signal ?? `code ${code}`} and without a word`),
  );

  const next = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const ready = answers.shift();
      if (ready !== undefined) return resolve(ready);
      if (failure !== undefined) return reject(new Error(failure));
      waiting = { resolve, reject };
      timer = setTimeout(() => end(`no answer within ${limitMs / 1000} s`), limitMs);
    });
  return { next, end };
}

/**
 * Starts a script that answers lines of JSON by lines of `answerMarker` and JSON; other lines on its stdout are skipped.
 * @param python the interpreter
 * @param script path of the script, which gives one answer of its own accord
 * @returns the process, or the reason why there is none
 */
export async function startPython<First>(
  python: string,
  script: string,
  { threads, limitMs = answerLimitMs, signal }: PythonOptions,
): Promise<PythonProcess<First> | string> {
  const child = spawn(python, [script], { stdio: ["pipe", "pipe", "pipe"], env: peerEnvironment(threads) });
  const { next, end } = conversation(child, limitMs);
  signal?.addEventListener("abort", () => end("it was ended"), { once: true });
  const receive = async <Answer>(): Promise<Answer> => {
    const text = await next();
    try {
      return JSON.parse(text) as Answer;
    } catch {
      const why = `it answered no JSON: ${text.slice(0, 80)}`;
      end(why);
      throw new Error(why);
    }
  };
  try {
    const first = await receive<First>();
    return {
      first,
      ask<Answer>(request: unknown) {
        child.stdin.write(`${JSON.stringify(request)}\n`);
        return receive<Answer>();
      },
      close: () => end("it was ended"),
    };
  } catch (error) {
    return (error as Error).message;
  }
}
