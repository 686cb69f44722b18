import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { NdArray } from "@meanfield/core/foundation/shapes";
import { afterAll, beforeAll, expect, it } from "vitest";
import { needs } from "../../../test/needs.js";
import { nodeStoreIo } from "../../cli/src/files/node-store-io.js";
import { runAnswer } from "../src/answer.js";
import { runArrays } from "../src/arrays.js";
import { exportRun } from "../src/export.js";
import { readNpy, writeNpy } from "../src/npy.js";
import { readNpz, writeNpz } from "../src/npz.js";
import { claimRun, writeRun } from "../src/run-store.js";
import type { CellRow } from "../src/sweep/cell-table.js";
import { claimSweep, writeRows } from "../src/sweep/sweep-store.js";
import { sampleRecord } from "./sample-record.js";

const numpy = needs("numpy");
const modules = fileURLToPath(new URL("../../../python", import.meta.url));

/** shape and little-endian bytes in hex: equal exactly when the arrays are equal bit for bit. */
type Fingerprint = [shape: number[], hex: string];

function fingerprint({ shape, data }: NdArray): Fingerprint {
  const view = new DataView(new ArrayBuffer(8 * data.length));
  data.forEach((value, i) => {
    view.setFloat64(8 * i, value, true);
  });
  return [[...shape], Buffer.from(view.buffer).toString("hex")];
}

const fingerprints = (arrays: Record<string, NdArray>) =>
  Object.fromEntries(Object.entries(arrays).map(([key, array]) => [key, fingerprint(array)]));

const prelude = `
import json, os, sys
import numpy as np
import meanfield
def fingerprint(array):
    return [list(array.shape), np.ascontiguousarray(array, dtype="<f8").tobytes().hex()]
def say(value):
    print(json.dumps(value))
`;

let directory = "";

/** Runs a script in the test's directory; what it says comes back as JSON. */
function runPython(script: string, environment: Record<string, string> = {}) {
  const env = { ...process.env, PYTHONPATH: modules, PYTHONDONTWRITEBYTECODE: "1", ...environment };
  const done = spawnSync(numpy.command(), ["-c", prelude + script], { cwd: directory, env, encoding: "utf8" });
  if (done.status !== 0) throw new Error(done.stderr);
  return JSON.parse(done.stdout);
}

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "meanfield-python-"));
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

numpy.suite("NumPy and the arrays", () => {
  it("reads our .npy and .npz, stored and deflated, bit for bit", () => {
    const arrays: Record<string, NdArray> = {
      ...runArrays(sampleRecord().result),
      scalar: { shape: [], data: Float64Array.of(-0) },
    };
    writeFileSync(join(directory, "ours.npy"), writeNpy(arrays["particles/x"]!));
    writeFileSync(join(directory, "stored.npz"), writeNpz(arrays));
    writeFileSync(join(directory, "deflated.npz"), writeNpz(arrays, "deflated"));
    writeFileSync(join(directory, "run.npz"), exportRun(sampleRecord(), "npz")["run.npz"]!);
    const said = runPython(`
archives = {name: np.load(name + ".npz") for name in ("stored", "deflated", "run")}
say({"npy": fingerprint(np.load("ours.npy")), **{name: {key: fingerprint(a[key]) for key in a.files} for name, a in archives.items()}})`);
    expect(said.npy).toEqual(fingerprint(arrays["particles/x"]!));
    expect(said.stored).toEqual(fingerprints(arrays));
    expect(said.deflated).toEqual(fingerprints(arrays));
    expect(said.run).toEqual(fingerprints(runArrays(sampleRecord().result)));
  });

  it("writes arrays that we read: every type, byte order and memory order, compressed and not", () => {
    const said = runPython(`
x = np.random.default_rng(1).normal(size=(3, 4, 2))
arrays = {
    "f8": x, "f4": x.astype("f4"), "f2": x.astype("f2"), "big": x.astype(">f8"), "bigf4": x.astype(">f4"),
    "fortran": np.asfortranarray(x), "fortran4": np.asfortranarray(x.astype(">f4")), "transposed": x.T,
    "strided": x[::2, 1:, ::-1], "i8": (1e15 * x).astype("i8"), "u8": np.arange(5, dtype="u8"),
    "i2": (1e3 * x).astype(">i2"), "u1": np.arange(256, dtype="u1"), "bool": x > 0,
    "scalar": np.float64(0.1), "empty": np.zeros((3, 0)), "extremes": np.array([-0.0, 5e-324, 1.7976931348623157e308]),
}
np.savez("plain.npz", **arrays)
np.savez_compressed("compressed.npz", **arrays)
np.save("one.npy", arrays["fortran4"])
with open("two.npy", "wb") as file:
    np.lib.format.write_array(file, x, version=(2, 0))
np.save("object.npy", np.array([{}], dtype=object), allow_pickle=True)
say({key: fingerprint(np.asarray(array, dtype="f8")) for key, array in arrays.items()})`);
    const bytes = (name: string) => readFileSync(join(directory, name));
    expect(Object.keys(said).length).toBe(17);
    expect(fingerprints(readNpz(bytes("plain.npz")))).toEqual(said);
    expect(fingerprints(readNpz(bytes("compressed.npz")))).toEqual(said);
    expect(fingerprint(readNpy(bytes("one.npy")))).toEqual(said.fortran4);
    expect(fingerprint(readNpy(bytes("two.npy")))).toEqual(said.f8);
    expect(() => readNpy(bytes("object.npy"))).toThrow(/Python objects/);
  });
});

numpy.suite("meanfield.load", () => {
  it("gives every number of a stored run, bit for bit, and what the manifest says", async () => {
    const record = sampleRecord();
    await writeRun(nodeStoreIo(), join(directory, "run"), record);
    const said = runPython(`
run = meanfield.load("run")
arrays = {}
for name, level in run.levels.items():
    arrays[name + "/t"] = level.t
    arrays.update({name + "/" + state: array for state, array in level.states.items()})
    for key, series in level.series.items():
        arrays[f"{name}/series/{key}/t"], arrays[f"{name}/series/{key}/value"] = series.t, series.value
    if level.ensemble is None:
        continue
    for key, statistics in level.ensemble.series.items():
        for part, value in statistics.items():
            inside = value.items() if isinstance(value, dict) else [("", value)]
            arrays.update({f"{name}/ensemble/{key}/{part}{'/' + end if end else ''}": one for end, one in inside if isinstance(one, np.ndarray)})
for pair, metrics in run.distances.items():
    for metric, distance in metrics.items():
        at = f"distances/{pair}/{metric}"
        arrays[at + "/t"], arrays[at + "/value"], arrays[at + "/spread"] = distance.t, distance.value, distance.spread
        arrays.update({f"{at}/null/{band}": distance.null[band] for band in ("median", "low", "high")} if distance.null else {})
particles, moments = run.levels["particles"], run.levels["gaussian-moments"]
say({"arrays": {key: fingerprint(array) for key, array in arrays.items()}, "x": fingerprint(particles.x), "cov": fingerprint(moments.cov),
     "none": [particles.mean, moments.x], "id": run.id, "spec": run.spec, "outcome": run.outcome, "ok": run.ok,
     "unit": particles.series["never"].unit, "ends": particles.ensemble.ends, "ensemble": repr(particles.ensemble),
     "rankError": particles.ensemble.series["spectrum"]["quantiles"]["rankError"], "repeats": run.distances["particles|gaussian-moments"]["bures-wasserstein"].null["repeats"],
     "repr": repr(run)})`);
    const { levels } = record.result;
    expect(said.arrays).toEqual(fingerprints(runArrays(record.result)));
    expect(said.x).toEqual(fingerprint(levels["particles"]!.states["x"]!));
    expect(said.cov).toEqual(fingerprint(levels["gaussian-moments"]!.states["cov"]!));
    expect(said).toMatchObject({
      none: [null, null],
      id: record.id,
      spec: record.result.spec,
      ok: true,
      unit: "rad",
      repeats: 20,
      ends: levels["particles"]!.ensemble!.ends,
      rankError: 0.01,
      ensemble: "Ensemble(100 repeats; series: spectrum, energy)",
    });
    expect(said.outcome["gaussian-moments"]).toEqual(levels["gaussian-moments"]!.outcome);
    expect(said.repr).toContain("Run 0123456789abcdef (sample)");
    expect(said.repr).toContain("particles: Level(completed; x 2x5x3; series: energy, spectrum, gram, never)");
  });

  it("raises MeanfieldError for no run, an unfinished one, a damaged one", async () => {
    await claimRun(nodeStoreIo(), join(directory, "begun"), sampleRecord().id);
    await writeRun(nodeStoreIo(), join(directory, "damaged"), sampleRecord());
    writeFileSync(join(directory, "damaged", "states.npz"), writeNpz({}));
    const said = runPython(`
said = []
for name in ("nowhere", "begun", "damaged"):
    try:
        meanfield.load(name)
    except meanfield.MeanfieldError as error:
        said.append([str(error), error.exit_code])
say(said)`);
    expect(said.map((pair: unknown[]) => pair[1])).toEqual([null, null, null]);
    expect(said[0][0]).toMatch(/nowhere.manifest\.json: cannot be read/);
    expect(said[1][0]).toMatch(/did not finish/);
    expect(said[2][0]).toMatch(/states\.npz: is not the file/);
  });
});

numpy.suite("meanfield.run and meanfield.analyze", () => {
  // Stands in for the command: notes its arguments and the experiment, then does as $PLAY says.
  const stand = `
import json, os, sys
arguments = sys.argv[1:]
with open("called.json", "w") as file:
    json.dump({"arguments": arguments, "experiment": open(arguments[1]).read()}, file)
play = os.environ["PLAY"]
if play == "error":
    print("experiment.yaml:3:7: softmax: beta must be a number, got \\"x\\".", file=sys.stderr)
    sys.exit(2)
if play == "silent":
    sys.exit(1)
if play == "chatter":
    print("hello")
else:
    print(open("answer.json").read())
sys.exit(1 if play == "not-met" else 0)
`;
  const call = `command = [sys.executable, "stand.py"]\n`;

  beforeAll(() => {
    writeFileSync(join(directory, "stand.py"), stand);
    writeFileSync(join(directory, "answer.json"), JSON.stringify(runAnswer(sampleRecord())));
    writeFileSync(join(directory, "experiment.yaml"), "levels: { particles: {} }\n");
  });

  it("turn the printed answer into arrays to full precision", () => {
    const said = runPython(
      `${call}
run = meanfield.run("experiment.yaml", command=command, seed=3, set={"model.attention.softmax.beta": 4, "mask": "causal", "solve.span": np.array([0, 1])})
say({"x": fingerprint(run.levels["particles"].x + 0.0), "shape": run.levels["particles"].series["gram"].value.shape, "id": run.id, "ok": run.ok,
     "high": fingerprint(run.distances["particles|gaussian-moments"]["bures-wasserstein"].null["high"] + 0.0),
     "called": json.load(open("called.json")), "status": run.outcome["particles"]["status"]})`,
      { PLAY: "fine" },
    );
    const { levels, distances } = sampleRecord().result;
    // JSON prints −0 as 0, so both sides add 0
    const x = levels["particles"]!.states["x"]!;
    expect(said.x).toEqual(fingerprint({ shape: x.shape, data: x.data.map((value) => value + 0) }));
    const high = distances["particles|gaussian-moments"]!["bures-wasserstein"]!.null!.high;
    expect(said.high).toEqual(fingerprint({ shape: [3], data: high.map((value) => value + 0) }));
    expect(said).toMatchObject({ shape: [1, 2, 2], id: "0123456789abcdef", ok: true, status: "completed" });
    const sets = ["--set", "model.attention.softmax.beta=4", "--set", "mask=causal", "--set", "solve.span=[0, 1]"];
    expect(said.called.arguments).toEqual(["run", "experiment.yaml", "--seed", "3", ...sets, "--json"]);
  });

  it("take the experiment as a dictionary with NumPy arrays, and the command from MEANFIELD", () => {
    const said = runPython(
      `
spec = {"initial": {"points": np.eye(2)}, "model": {"V": {"file": "v.npy"}}, "solve": {"seed": np.int64(7)}}
os.environ["MEANFIELD"] = f"{sys.executable} stand.py"
answer = meanfield.analyze(spec)
called = json.load(open("called.json"))
say({"id": answer["id"], "verb": called["arguments"][0], "experiment": json.loads(called["experiment"]), "left": os.path.exists(called["arguments"][1])})`,
      { PLAY: "fine" },
    );
    expect(said).toMatchObject({ id: "0123456789abcdef", verb: "analyze", left: false });
    expect(said.experiment.initial).toEqual({
      points: [
        [1, 0],
        [0, 1],
      ],
    });
    expect(said.experiment.solve).toEqual({ seed: 7 });
    expect(said.experiment.model.V.file).toMatch(/.+[/\\]v\.npy$/);
  });

  it("load the store that was written, when asked for one", async () => {
    await writeRun(nodeStoreIo(), join(directory, "kept"), sampleRecord());
    const said = runPython(
      `${call}
run = meanfield.run("experiment.yaml", out="kept", command=command)
say({"x": fingerprint(run.levels["particles"].x), "directory": str(run.directory), "arguments": json.load(open("called.json"))["arguments"]})`,
      { PLAY: "fine" },
    );
    expect(said.x).toEqual(fingerprint(sampleRecord().result.levels["particles"]!.states["x"]!));
    expect(said.directory).toBe("kept");
    expect(said.arguments).toEqual(["run", "experiment.yaml", "--out", "kept", "--json"]);
  });

  it("raise the command's message with its exit code; an expectation that was not met is a result", () => {
    const script = `${call}
try:
    run = meanfield.run("experiment.yaml", command=command)
    say(["a run", run.id])
except meanfield.MeanfieldError as error:
    say([str(error), error.exit_code])`;
    expect(runPython(script, { PLAY: "error" })).toEqual([
      expect.stringMatching(/3:7: softmax: beta must be a number/),
      2,
    ]);
    expect(runPython(script, { PLAY: "not-met" })).toEqual(["a run", "0123456789abcdef"]);
    expect(runPython(script, { PLAY: "silent" })).toEqual([expect.stringMatching(/exit code 1 and said nothing/), 1]);
    expect(runPython(script, { PLAY: "chatter" })).toEqual([expect.stringMatching(/something else than JSON/), 0]);
    const missing = `
for action in (lambda: meanfield.run("f", command="no-such-command-here"), lambda: meanfield.run({"a": float("nan")}, command="x")):
    try:
        action()
    except meanfield.MeanfieldError as error:
        said = globals().setdefault("said", [])
        said.append([str(error), error.exit_code])
say(said)`;
    const said = runPython(missing);
    expect(said[0]).toEqual([expect.stringMatching(/cannot be started/), null]);
    expect(said[1]).toEqual([expect.stringMatching(/experiment: must be made of numbers/), null]);
  });
});

numpy.suite("meanfield.load_sweep", () => {
  const swept = [
    { name: "model.attention.softmax.beta", numeric: true },
    { name: "model.mask", numeric: false },
  ];
  /** Doubles that no decimal rounding would survive, in chunks of different columns. */
  const rowOf = (k: number): CellRow => ({
    id: k % 5 === 0 ? null : k.toString(16).padStart(16, "0"),
    status: k % 5 === 0 ? "failed" : "done",
    code: k % 5 === 0 ? "not-finite" : null,
    message: null,
    spec: null,
    values: { "model.attention.softmax.beta": k / 7, "model.mask": k % 2 ? "causal" : "β, none" },
    columns:
      k % 5 === 0 ? {} : { energy: k % 3 ? Math.sin(k) : -0, "expect.ok": k % 2 === 0, word: "x".repeat(k % 40) },
  });

  it("reads every chunk in the order of the plan, numbers bit for bit", async () => {
    const io = nodeStoreIo();
    const out = join(directory, "sweep");
    const base = "0123456789abcdef";
    const backend = { name: "reference", precision: "f64", accuracy: "exact" } as const;
    await claimSweep(io, out, { store: 1, kind: "sweep", base, document: {}, backend, versions: {} });
    // Eleven chunks, so that order by name and by number differ where names were not padded; 1500 rows are two groups.
    const sizes = [1, 9, 1500, 3, 3, 3, 3, 3, 3, 3, 17];
    const rows: CellRow[] = [];
    for (const [index, size] of sizes.entries()) {
      const part = Array.from({ length: size }, (_, k) => rowOf(rows.length + k));
      rows.push(...part);
      await writeRows(io, out, "chunks", { stage: 0, index, key: base }, swept, part);
    }
    // The second chunk once more, worse: two drivers may leave that for a moment.
    await writeRows(
      io,
      out,
      "chunks",
      { stage: 0, index: 1, key: base },
      swept,
      [1, 2, 3, 4, 6, 7, 8, 9, 5].map(rowOf).map((row) => ({ ...row, status: "failed" as const })),
    );
    // A later stage sorts behind, also by its number.
    for (const stage of [10, 2]) {
      const part = [rowOf(9000 - stage)];
      await writeRows(io, out, "chunks", { stage, index: 0, key: base }, swept, part);
    }
    rows.push(rowOf(8998), rowOf(8990));
    const said = runPython(`
cells = meanfield.load_sweep("sweep")
say({
    "columns": list(cells),
    "beta": fingerprint(cells["model.attention.softmax.beta"]),
    "energy": [None if np.isnan(x) else x for x in cells["energy"].tolist()],
    "negative": [bool(np.signbit(x)) for x in cells["energy"]],
    "rest": {name: cells[name].tolist() for name in ["id", "status", "error.code", "model.mask", "expect.ok", "word"]},
})`);
    const beta = Float64Array.from(rows, ({ values }) => values["model.attention.softmax.beta"] as number);
    expect(said.beta).toEqual(fingerprint({ shape: [rows.length], data: beta }));
    const column = (name: string) => rows.map(({ columns }) => columns[name] ?? null);
    expect(said.energy.map((value: number | null) => (value === 0 ? 0 : value))).toEqual(
      column("energy").map((value) => (value === 0 ? 0 : value)),
    );
    expect(said.negative).toEqual(column("energy").map((value) => Object.is(value, -0) || Number(value) < 0));
    expect(said.rest).toEqual({
      id: rows.map(({ id }) => id),
      status: rows.map(({ status }) => status),
      "error.code": rows.map(({ code }) => code),
      "model.mask": rows.map(({ values }) => values["model.mask"]),
      "expect.ok": column("expect.ok"),
      word: column("word"),
    });
  });

  it("says what is wrong with a directory or a chunk", () => {
    const said = runPython(`
def refused(path):
    try:
        meanfield.load_sweep(path)
    except meanfield.MeanfieldError as error:
        return str(error)
first = sorted(os.listdir("sweep/chunks"))[0]
with open("sweep/chunks/" + first, "r+b") as file:
    file.seek(20)
    file.write(b"?")
say([refused("nowhere"), refused("sweep")])`);
    expect(said[0]).toMatch(/sweep\.json: cannot be read.*Name the directory of a sweep\./);
    expect(said[1]).toMatch(/0-00000-.*: is not the file that the sweep wrote \(checksum\)\. Run the sweep again\./);
  });
});
