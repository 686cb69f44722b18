/**
 * Bytes a step takes once it is warm: `node --expose-gc … step-allocations.mjs PROBLEM [BACKEND]` prints
 * { control, answers: [{ problem, backend, method, size, bytes, buffers }] }. A process knows one problem, as a run does.
 */
import { experiment } from "@meanfield/core/experiment";
import { methodsCatalog } from "@meanfield/core/methods";
import { openBackends } from "../dist/open/index.js";
import { takenBy } from "./meter.mjs";
import { problems } from "./metered-problems.mjs";

const [problemName, backendName = "reference"] = process.argv.slice(2);
const effort = { warmUp: 400, calls: 50, rounds: 12, enough: 64 };
/** Steps short enough that no state of the documents leaves its box. */
const dt = 1e-4;

/** One step after another, from the same state: depth goes on, so that noise is drawn anew. */
function stepping(problem, method) {
  const scratch = method.init(problem, 1);
  const { y0 } = problem;
  const [out, between] = [new Float64Array(y0.length), new Float64Array(y0.length)];
  let t = 0;
  return () => {
    method.step(problem, t, dt, y0, out, scratch);
    method.errorNorm?.(y0, out, 1e-6, 1e-9, scratch);
    method.accept(scratch);
    method.interpolate(0.5, between, scratch);
    t += dt;
  };
}

/** The level's own method, or all that take its problem. */
function methodsFor({ problem, own }) {
  const bound = methodsCatalog.map((one) => one.bind(one.params.parse({})));
  const fitting = bound.filter(({ traits }) => problem.diffusion === undefined || traits?.noise !== undefined);
  return own === undefined ? fitting : [own.method, ...fitting.filter(({ name }) => name !== own.method.name)];
}

/** One array of a number for each token a step: what the least allocation of a step would take. */
let kept;
const control = takenBy(() => {
  kept = new Float64Array(16);
}, effort);

const found = backendName === "reference" ? [] : await openBackends({ name: backendName, precision: "f64", threads: 1 });
const answers = [];
for (const size of [1, 2]) {
  const { levels } = experiment(problems[problemName](size), { backends: found });
  const { level } = levels[0];
  for (const method of methodsFor(level)) {
    const taken = takenBy(stepping(level.problem, method), effort);
    answers.push({ problem: problemName, backend: backendName, method: method.name, size, length: level.problem.y0.length, ...taken });
  }
}
console.log(JSON.stringify({ control, kept: kept.length, answers }));
