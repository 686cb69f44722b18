/**
 * Bytes that steps take once they are warm: `node --expose-gc … step-allocations.mjs '{ "problem", "backend", "methods", "perStep", "perEvaluation" }'`
 * prints { control, answers: [{ problem, backend, method, size, length, bytes, buffers }] }. A process knows one problem, as
 * a run does: an engine that has seen others boxes their numbers.
 */
import { experiment } from "@meanfield/core/experiment";
import { methodsCatalog } from "@meanfield/core/methods";
import { inItoSense, inStratonovichSense } from "@meanfield/core/solve";
import { openBackends } from "../dist/open/index.js";
import { takenBy } from "./meter.mjs";
import { problems } from "./metered-problems.mjs";

const request = JSON.parse(process.argv[2]);
/** A step of many evaluations, or of long ones, is warm after fewer of them. */
const effort = {
  warmUp: { least: 30, most: 1000, milliseconds: 250 },
  calls: { least: 5, most: 40, milliseconds: 50 },
  leastRounds: 3,
  // More where the engine has not compiled everything yet.
  rounds: 60,
};
/** Steps so short that no state of the documents leaves its box. */
const dt = 1e-4;

/** One step after another, from the same state: depth goes on, so that noise is drawn anew. */
function stepping(problem, method) {
  const scratch = method.init(problem, 1);
  const { y0 } = problem;
  const [out, between] = [new Float64Array(y0.length), new Float64Array(y0.length)];
  let t = 0;
  return () => {
    const { evaluations } = method.step(problem, t, dt, y0, out, scratch);
    method.errorNorm?.(y0, out, 1e-6, 1e-9, scratch);
    method.accept(scratch);
    const more = method.interpolate(0.5, between, scratch).evaluations;
    t += dt;
    return evaluations + more;
  };
}

/** The level's own method and those asked for that take its problem. */
function methodsFor({ problem, own }) {
  const asked = methodsCatalog.filter(({ name }) => request.methods.includes(name));
  const bound = asked.map((one) => one.bind(one.params.parse({})));
  const fitting = bound.filter(({ traits }) => problem.diffusion === undefined || traits?.noise !== undefined);
  return own === undefined ? fitting : [own.method, ...fitting.filter(({ name }) => name !== own.method.name)];
}

/** The problem in the sense in which the method means noise. */
function inSenseOf(problem, { traits }) {
  if (problem.diffusion === undefined) return problem;
  return traits.noise.calculus === "ito" ? inItoSense(problem) : inStratonovichSense(problem);
}

const found =
  request.backend === "reference" ? [] : await openBackends({ name: request.backend, precision: "f64", threads: 1 });

function measure(problem, method, size) {
  const step = stepping(problem, method);
  const evaluations = step();
  const taken = takenBy(step, { ...effort, enough: request.perStep + request.perEvaluation * evaluations });
  const { problem: name, backend } = request;
  return { problem: name, backend, method: method.name, size, length: problem.y0.length, evaluations, ...taken };
}

const answers = [];
let control;
for (const size of [1, 2]) {
  const { levels } = experiment(problems[request.problem](size), { backends: found });
  const { level } = levels[0];
  for (const method of methodsFor(level)) {
    answers.push(measure(inSenseOf(level.problem, method), method, size));
  }
  if (control !== undefined) continue;
  // The same steps with one array of nine numbers an evaluation: the least that lies beside the heap.
  let kept;
  const drift = (t, y, out) => {
    kept = new Float64Array(9);
    level.problem.drift(t, y, out);
    out[0] += 0 * kept[8];
  };
  control = measure({ ...level.problem, drift }, methodsFor(level)[0], size);
}
console.log(JSON.stringify({ control, answers }));
