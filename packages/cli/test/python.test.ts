import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { needs } from "../../../test/needs.js";
import { bin, meanfield, repository, temporaryFolder } from "./command.js";
import { threeLevels } from "./documents.js";

const numpy = needs("numpy");
const folder = temporaryFolder();

const script = `
import json, sys
import numpy as np
import meanfield
command = json.loads(sys.argv[1])
spec = json.load(open("three.json"))
run = meanfield.run(spec, command=command, seed=9)
kept = meanfield.run("three.json", command=command, seed=9, out="kept")
loaded = meanfield.load("kept")
x = run.levels["particles"].x
def refused(make):
    try:
        make()
    except meanfield.MeanfieldError as error:
        return [error.exit_code, error.message]
print(json.dumps({
    "id": run.id,
    "ids": [kept.id, loaded.id],
    "x": x.tolist(),
    "same": [bool(np.array_equal(x, other.levels["particles"].x)) for other in (kept, loaded)],
    "cov": list(run.levels["gaussian-moments"].cov.shape),
    "outcome": run.outcome["gaussian-moments"],
    "attention": [one.attention for one in (run, kept, loaded)],
    "monitors": [one.levels["gaussian-moments"].monitors for one in (run, kept, loaded)],
    "states": list(run.levels["gaussian-moments"].states),
    "ok": run.ok,
    "analysis": meanfield.analyze("three.json", command=command),
    "refused": refused(lambda: meanfield.run("three.json", command=command, set={"modle": 1})),
}))
`;

numpy.suite("meanfield.py and the real command", () => {
  it("runs, keeps, loads and analyzes; the numbers are those of the command, bit for bit", async () => {
    writeFileSync(join(folder, "three.json"), JSON.stringify(threeLevels));
    const direct = meanfield(["run", "three.json", "--seed", "9", "--json", "--quiet"], folder);
    const env = { ...process.env, PYTHONPATH: join(repository, "python"), PYTHONDONTWRITEBYTECODE: "1" };
    const command = JSON.stringify([process.execPath, bin]);
    const done = spawnSync(numpy.command(), ["-c", script, command], { cwd: folder, env, encoding: "utf8" });
    expect(done.stderr).toBe("");
    const said = JSON.parse(done.stdout);
    const answer = JSON.parse((await direct).stdout);
    expect(said.id).toBe(answer.id);
    expect(said.ids).toEqual([answer.id, answer.id]);
    expect(said.x).toEqual(answer.levels.particles.x);
    expect(said.same).toEqual([true, true]);
    expect(said.cov).toEqual([answer.levels["gaussian-moments"].t.length, 2, 2]);
    expect(said.outcome).toEqual(answer.levels["gaussian-moments"].outcome);
    expect(said.attention).toEqual([answer.attention, answer.attention, answer.attention]);
    const { monitors } = answer.levels["gaussian-moments"];
    expect(said.monitors).toEqual([monitors, monitors, monitors]);
    expect(said.states).toEqual(["mean", "cov"]);
    expect(said.ok).toBe(true);
    expect(said.analysis.regime.verdict).toBe("blow-up");
    expect(said.refused[0]).toBe(2);
    expect(said.refused[1]).toContain('Did you mean "model"?');
  });
});
