import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { listChunks, readChunk, writeRows } from "@meanfield/results";
import { beforeAll, describe, expect, test } from "vitest";
import { nodeStoreIo } from "../src/files/node-store-io.js";
import { meanfield, temporaryFolder } from "./command.js";
import { begin, childrenOf, untilChunks } from "./sweep-accidents.js";
import { chunkBytes, chunkCount, expectTidy, rowsOf, small, sweepWords, undisturbed } from "./sweeps.js";

const folder = temporaryFolder();
const at = (...names: string[]) => join(folder, ...names);
let whole: Record<string, string> = {};
beforeAll(async () => {
  whole = await undisturbed(folder);
});

/** Runs a command that must end well and print JSON. */
async function json<T>(words: readonly string[], code = 0): Promise<T> {
  const ended = await meanfield(words, folder);
  expect(ended.stderr).toBe("");
  expect(ended.code).toBe(code);
  return JSON.parse(ended.stdout) as T;
}

function write(name: string, sweep: string): void {
  writeFileSync(at(name), small(sweep));
}

describe("the results of a sweep", () => {
  test.each([2, 4])("%i workers write the same bytes as one", async (workers) => {
    const out = `workers-${workers}`;
    const { code } = await meanfield(sweepWords(out, "--quiet", "--workers", String(workers)), folder);
    expect(code).toBe(0);
    expect(chunkBytes(at(out))).toEqual(whole);
    expectTidy(at(out));
  });

  test("a row is what run and analyze say of the same values, number for number", async () => {
    write(
      "rows.yaml",
      "  model.attention.softmax.beta: [0.5, 2]\n  seeds: 2\n  measure: [levels, distances, series, analysis]\n",
    );
    await json(["sweep", "rows.yaml", "--out", "rows", "--json", "--quiet"]);
    const row = (await rowsOf(at("rows")))[3]!;
    const plain = small("").replace("sweep:\n", "");
    writeFileSync(at("plain.yaml"), plain);
    const set = ["--set", "model.attention.softmax.beta=2", "--seed", "2"];
    type Answer = {
      id: string;
      levels: Record<string, { outcome: Record<string, unknown>; series: { trace: { value: number[] } } }>;
      distances: Record<string, Record<string, { value: number[] }>>;
    };
    const run = await json<Answer>(["run", "plain.yaml", ...set, "--json", "--quiet"]);
    const analysis = await json<{ regime: Record<string, unknown> }>([
      "analyze",
      "plain.yaml",
      ...set,
      "--json",
      "--quiet",
    ]);
    expect(row.id).toBe(run.id);
    expect(row.values).toEqual({ "model.attention.softmax.beta": 2, seed: 2 });
    for (const [name, { outcome, series }] of Object.entries(run.levels)) {
      for (const [key, value] of Object.entries(outcome)) expect(row.columns[`${name}.outcome.${key}`]).toBe(value);
      expect(row.columns[`${name}.trace`]).toBe(series.trace.value.at(-1));
    }
    expect(row.columns["particles.trace@0.25"]).toBe(run.levels["particles"]!.series.trace.value[1]);
    // The moments blow up at t = 1/(β·2) = 1/4 and before it here: they have no record at 1/4.
    expect(row.columns["gaussian-moments.trace@0"]).toBe(run.levels["gaussian-moments"]!.series.trace.value[0]);
    expect(Object.keys(row.columns).filter((name) => name.startsWith("gaussian-moments.trace@"))).toHaveLength(1);
    const pair = "particles|gaussian-moments";
    for (const [metric, { value }] of Object.entries(run.distances[pair]!))
      expect(row.columns[`${pair}.${metric}`]).toBe(value.at(-1));
    expect(row.columns["analysis.regime.verdict"]).toBe(analysis.regime["verdict"]);
    expect(row.columns["analysis.regime.tStar"]).toBe(analysis.regime["tStar"]);
    expect(row.columns["expect.ok"]).toBe(true);
  });

  test("analysis alone runs no level", async () => {
    write("theory.yaml", "  model.attention.softmax.beta: [0.5, 2]\n  measure: [analysis]\n");
    await json(["sweep", "theory.yaml", "--out", "theory", "--json", "--quiet"]);
    const columns = Object.keys((await rowsOf(at("theory")))[0]!.columns);
    expect(columns.every((name) => name.startsWith("analysis."))).toBe(true);
    expect(columns).toContain("analysis.regime.tStar");
  });

  test("keep: runs leaves a run directory for every cell, under the cell's id", async () => {
    write("kept.yaml", "  seeds: 2\n  keep: runs\n");
    await json(["sweep", "kept.yaml", "--out", "kept", "--json", "--quiet"]);
    const ids = (await rowsOf(at("kept"))).map(({ id }) => id!);
    expect(readdirSync(at("kept", "runs")).sort()).toEqual([...ids].sort());
    expect(existsSync(at("kept", "runs", ids[0]!, "states.npz"))).toBe(true);
    expect(await json(["verify-store", "kept", "--json"])).toEqual({ runs: 2, sweeps: 1, chunks: 2, problems: [] });
  });
});

describe("missing = plan − results", () => {
  test("a finished sweep computes nothing", async () => {
    const again = await json(sweepWords("whole", "--json", "--quiet"));
    expect(again).toMatchObject({ cells: 120, done: 120, computed: 0, kept: 120 });
  });

  test("a longer sweep computes what is new, and its bytes are those of one that began so", async () => {
    for (const seeds of ["2", "3"]) {
      const ended = await json(sweepWords("grown", "--json", "--quiet", "--set", `sweep.seeds=${seeds}`));
      if (seeds === "3") expect(ended).toMatchObject({ cells: 90, done: 90, computed: 30 });
    }
    await json(sweepWords("grown", "--json", "--quiet"));
    expect(chunkBytes(at("grown"))).toEqual(whole);
  });

  test("a whole chunk grows by rows of other chunks: cells are found wherever they lie", async () => {
    // 300 cells make chunks of two, 60 chunks of one: no chunk of the first sweep is one of the second.
    write("cheap.yaml", "  seeds: 60\n  measure: [analysis]\n");
    await json(["sweep", "cheap.yaml", "--out", "cheap", "--json", "--quiet"]);
    const grown = ["sweep", "cheap.yaml", "--set", "sweep.seeds=300", "--json", "--quiet"];
    expect(await json([...grown, "--out", "cheap"])).toMatchObject({ cells: 300, computed: 240, reused: 60 });
    await json([...grown, "--out", "fresh"]);
    expect(chunkBytes(at("cheap"))).toEqual(chunkBytes(at("fresh")));
    expect(readdirSync(at("cheap", "loose")).length).toBeGreaterThan(0);
    expect((await meanfield(["gc", "cheap"], folder)).stdout).toBe("removed 60 files\n");
    expect(await json([...grown, "--out", "cheap"])).toMatchObject({ computed: 0, kept: 300 });
  });

  test("run-chunk is all an engine needs", async () => {
    write("engine.yaml", "  seeds: 3\n");
    await json(["sweep", "engine.yaml", "--out", "engine", "--json", "--quiet"]);
    const before = chunkBytes(at("engine"));
    rmSync(at("engine", "chunks"), { recursive: true });
    for (const index of [2, 0, 1, 0]) {
      const done = await json(["run-chunk", "engine", String(index)]);
      expect(done).toMatchObject({ stage: 0, index, cells: 1, failed: 0 });
    }
    expect(chunkBytes(at("engine"))).toEqual(before);
    const { code, stderr } = await meanfield(["run-chunk", "engine", "3"], folder);
    expect(code).toBe(2);
    expect(stderr).toMatch(/has chunks 0 to 2, got 3/);
  });
});

describe("failed cells", () => {
  beforeAll(() => {
    write("failing.yaml", "  solve.steps.adaptive.maxSteps: [2, 1000]\n  seeds: 2\n");
  });

  test("are rows with message and document; the rest is done; exit 1", async () => {
    const ended = await meanfield(["sweep", "failing.yaml", "--out", "failing", "--json", "--quiet"], folder);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(
      /^cell \{"solve.steps.adaptive.maxSteps":2,"seed":1\} failed \(too-many-steps\): level/,
    );
    expect(JSON.parse(ended.stdout)).toMatchObject({ cells: 4, done: 2, failed: 2 });
    const state = await json<{ failures: { code: string; message: string; spec: unknown }[] }>([
      "status",
      "failing",
      "--failures",
      "--json",
    ]);
    expect(state).toMatchObject({ cells: 4, done: 2, failed: 2, pending: 0, running: 0, stale: 0, complete: true });
    expect(state.failures).toHaveLength(2);
    writeFileSync(at("alone.json"), JSON.stringify(state.failures[1]!.spec));
    const alone = await meanfield(["run", "alone.json", "--json", "--quiet"], folder);
    expect(alone.code).toBe(1);
    expect(alone.stderr).toContain(state.failures[1]!.message.replace(/^level \S+: /, ""));
  });

  test("the same command leaves them, retry computes them again and nothing else", async () => {
    const before = chunkBytes(at("failing"));
    const again = await meanfield(["sweep", "failing.yaml", "--out", "failing", "--json", "--quiet"], folder);
    expect(JSON.parse(again.stdout)).toMatchObject({ computed: 0, failed: 2 });
    const retried = await meanfield(["retry", "failing", "--json", "--quiet"], folder);
    expect(retried.code).toBe(1);
    expect(JSON.parse(retried.stdout)).toMatchObject({ computed: 2, failed: 2, done: 2 });
    expect(chunkBytes(at("failing"))).toEqual(before);
    expectTidy(at("failing"));
  });

  test("are told with their values as the sweep gives them, words and plug-ins too", async () => {
    const swept = "  solve.steps.adaptive.maxSteps: [2]\n  model.attention.softmax.beta: [{ log-n: 0.5 }]\n";
    write(
      "kinds.yaml",
      `${swept}  $name: ["two\\nlines"]\n  derive: { model.mask: "'none'", $few: "maxSteps < 10" }\n`,
    );
    const ended = await meanfield(["sweep", "kinds.yaml", "--out", "kinds", "--quiet"], folder);
    expect(ended.code).toBe(1);
    const { failures } = await json<{ failures: { values: unknown }[] }>(["status", "kinds", "--failures", "--json"]);
    expect(failures.map(({ values }) => values)).toEqual([
      {
        "solve.steps.adaptive.maxSteps": 2,
        "model.attention.softmax.beta": { "log-n": 0.5 },
        $name: "two\nlines",
        "model.mask": "none",
        $few: true,
      },
    ]);
    const plan = await meanfield(["sweep", "kinds.yaml", "--plan"], folder);
    expect(plan.stdout).toMatch(/^1 +2 +\{"log-n":0\.5\} +"two\\nlines" +none +true$/m);
  });

  test("expectations that are not met are counted; exit 1", async () => {
    write("unmet.yaml", "  expect.0.equals: [completed, blow-up]\n");
    const ended = await meanfield(["sweep", "unmet.yaml", "--out", "unmet", "--json", "--quiet"], folder);
    expect(ended.stderr).toBe("not met: what 1 of 2 cells expect (column expect.ok)\n");
    expect(ended.code).toBe(1);
  });

  test("a cell that costs too many workers is given up, the others are done, and the same command tries it again", async () => {
    // A first cell of minutes on the reference, so that its worker can be killed in it; two that are quick.
    const slow = `${small("  initial.gaussian.n: [2000, 8, 9]\n").replace(/^expect.*$/m, "")}\nbackend: { name: reference }\n`;
    writeFileSync(at("slow.yaml"), slow);
    const running = begin(folder, [
      "sweep",
      "slow.yaml",
      "--out",
      "slow",
      "--workers",
      "1",
      "--retries",
      "1",
      "--json",
    ]);
    let ended = false;
    void running.ended.then(() => {
      ended = true;
    });
    let said = "";
    running.child.stderr!.on("data", (bytes) => {
      said += String(bytes);
    });
    // The first loss tells only the chunk; the cell may then lose its worker once, and is given up the second time.
    for (let kill = 0; kill < 3 && !ended; kill++) {
      const [victim] = await workerInCell(running.child.pid!);
      process.kill(victim!, "SIGKILL");
      while (!ended && said.split("a worker ended").length + said.split("is given up").length < kill + 3)
        await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const { code, stdout, stderr } = await running.ended;
    expect(stderr).toMatch(/cell \{"initial.gaussian.n":2000\} is given up: its worker ended \(SIGKILL\) 2 times/);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ cells: 3, done: 2, failed: 1 });
    const state = await json<{ failures: { code: string }[] }>(["status", "slow", "--failures", "--json"]);
    expect(state.failures.map((one) => one.code)).toEqual(["worker-lost"]);
    const again = begin(folder, ["sweep", "slow.yaml", "--out", "slow", "--workers", "1", "--quiet"]);
    await workerInCell(again.child.pid!);
    again.child.kill("SIGTERM");
    expect((await again.ended).code).toBe(130);
  });
});

/** Waits until the one worker of a driver has used half a second of the processor: it is then in its cell. */
async function workerInCell(driver: number): Promise<number[]> {
  for (;;) {
    const children = childrenOf(driver);
    for (const pid of children) {
      const fields = statFields(pid);
      // utime and stime in ticks of 10 ms; starting takes some 0.3 s.
      if (Number(fields[11]) + Number(fields[12]) > 100) return [pid];
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function statFields(pid: number): readonly string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return [];
  }
}

describe("where a sweep stands", () => {
  test("running, stale after kill -9, pending; cancel stops it from elsewhere; gc waits for nobody", async () => {
    // 19200 cells of some ms: long enough that nothing ends by itself before it is stopped.
    const watched = sweepWords("watched", "--workers", "1", "--quiet", "--set", "sweep.seeds=640");
    const running = begin(folder, watched);
    await untilChunks(at("watched"), 3, running);
    const state = await json<Record<string, number>>(["status", "watched", "--json"]);
    expect(state).toMatchObject({ cells: 19200, failed: 0, stale: 0, complete: false });
    expect(state["done"]! + state["running"]! + state["pending"]!).toBe(19200);
    const refused = await meanfield(["gc", "watched"], folder);
    expect(refused.stderr).toMatch(/nobody may compute a sweep while it is cleaned, got process \d+/);
    expect((await meanfield(["cancel", "watched"], folder)).stdout).toBe("stopped 1\n");
    expect((await running.ended).code).toBe(130);
    expect((await meanfield(["cancel", "watched"], folder)).stdout).toBe("nobody computes this sweep\n");
    const killed = begin(folder, watched);
    await untilChunks(at("watched"), chunkCount(at("watched")) + 3, killed);
    killed.child.kill("SIGKILL");
    await killed.ended;
    const after = await json<Record<string, number>>(["status", "watched", "--json"]);
    expect(after["running"]).toBe(0);
    expect(after["stale"]! + after["done"]! + after["pending"]!).toBe(19200);
  });
});

describe("a part of a chunk that was kept", () => {
  test("counts as done: its rows are copied, not computed again", async () => {
    // 256 cells are 128 chunks of two; a chunk of which one row is left is a part.
    write("parts.yaml", "  seeds: 256\n  measure: [analysis]\n");
    await json(["sweep", "parts.yaml", "--out", "parts", "--json", "--quiet"]);
    const io = nodeStoreIo();
    const [chunk] = await listChunks(io, at("parts"));
    const rows = await readChunk(io, chunk!);
    const swept = Object.keys(rows[0]!.values).map((name) => ({ name, numeric: true }));
    await writeRows(io, at("parts"), "loose", chunk!.name, swept, rows.slice(0, 1));
    rmSync(chunk!.path);
    expect(await json(["status", "parts", "--json"])).toMatchObject({ done: 255, pending: 1, complete: false });
    const again = await json(["sweep", "parts.yaml", "--out", "parts", "--json", "--quiet"]);
    expect(again).toMatchObject({ done: 256, computed: 1, reused: 1, kept: 254 });
  });
});

describe("a lease that is being written", () => {
  test("is running while somebody computes, stale when nobody does", async () => {
    write("leased.yaml", "  seeds: 3\n");
    await json(["sweep", "leased.yaml", "--out", "leased", "--json", "--quiet"]);
    const [chunk] = readdirSync(at("leased", "chunks"));
    rmSync(at("leased", "chunks", chunk!));
    writeFileSync(at("leased", "leases", `${chunk!.split("-").slice(0, 3).join("-")}.json`), "");
    const state = () => json(["status", "leased", "--json"]);
    expect(await state()).toMatchObject({ done: 2, running: 0, stale: 1, pending: 0 });
    const sign = { host: hostname(), pid: process.pid, began: "", beat: 0 };
    writeFileSync(at("leased", "drivers", "0123456789abcdef.json"), JSON.stringify(sign));
    expect(await state()).toMatchObject({ done: 2, running: 1, stale: 0, pending: 0 });
  });
});

describe("verify-store", () => {
  test("finds every kind of damage and names the file; exit 1", async () => {
    write("sick.yaml", "  seeds: 4\n");
    await json(["sweep", "sick.yaml", "--out", "sick", "--json", "--quiet"]);
    const chunks = at("sick", "chunks");
    const names = readdirSync(chunks).sort();
    writeFileSync(join(chunks, names[0]!), readFileSync(join(chunks, names[0]!)).subarray(0, 50));
    const bytes = readFileSync(join(chunks, names[1]!));
    writeFileSync(join(chunks, names[1]!.replace(/^0-00001/, "0-00007")), bytes);
    writeFileSync(join(chunks, "notes.txt"), "");
    writeFileSync(join(chunks, ".nfs000000000123"), "");
    const found = await json<{ problems: { message: string }[] }>(["verify-store", ".", "--json"], 1).catch(
      () => undefined,
    );
    expect(found === undefined).toBe(false);
    const said = found!.problems.map(({ message }) => message).join("\n");
    expect(said).toMatch(new RegExp(`${names[0]}: must be the file that the sweep wrote`));
    expect(said).toMatch(/0-00007.*: belongs to no stage of this sweep/);
    expect(said).toMatch(/notes\.txt: is no chunk of a sweep/);
    expect(found!.problems).toHaveLength(3);
  });
});
