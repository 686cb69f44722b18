import { InputError } from "../foundation/errors/index.js";
import type { StepPosition } from "./checkpoint.js";
import { findCrossing } from "./event.js";
import type { SmoothPiece } from "./jumps.js";
import type { Method } from "./method.js";
import { checkOptions, type SolveOptions } from "./options.js";
import type { Problem } from "./problem.js";
import { type Failure, type Step, steps } from "./step.js";

/** Looks inside a step for a margin that is lost and found again between its ends. */
const looks = 8;

/** Pieces shorter than this part of the span count as none. */
const negligible = 1e-9;

/** The first time in the step at which the margin is used up. */
function lostIn(step: Step, { margin }: SmoothPiece, workspace: Float64Array) {
  let cost = 0;
  const at = (t: number) => {
    cost += step.dense(t, workspace);
    return margin(t, workspace);
  };
  let [left, before] = [step.t0, at(step.t0)];
  for (let k = 1; k <= looks; k++) {
    const right = k === looks ? step.t1 : step.t0 + (k / looks) * (step.t1 - step.t0);
    const after = at(right);
    if (after < 0) {
      const { t } = before < 0 ? { t: left } : findCrossing(at, left, right, before, after);
      return { t, cost };
    }
    [left, before] = [right, after];
  }
  return { t: undefined, cost };
}

/** The part of a step up to t. */
function cut(step: Step, t: number, cost: number): Step {
  const y = new Float64Array(step.y.length);
  const spent = step.dense(t, y);
  return { ...step, t1: t, y, evaluations: step.evaluations + cost + spent };
}

function requirePieces({ jumps }: Problem, method: Method): (t: number, y: Float64Array) => SmoothPiece {
  const { pieceAt, rule } = jumps!;
  if (pieceAt !== undefined) return pieceAt;
  throw new InputError({
    code: "incompatible",
    who: `method ${method.name}`,
    rule: `adaptive steps need the times at which the drift jumps, and this problem does not tell them: ${rule}`,
    got: "steps: adaptive",
    fix: "Give steps: { fixed: { dt: … } }",
    path: ["steps"],
  });
}

function sliding({ jumps }: Problem, method: Method, t: number, count: number): Failure {
  const message =
    `${method.name}: ${count} switches in a row without progress at t = ${t} (${jumps!.rule}); the flow pushes the state ` +
    "onto the jump from both sides, where the drift does not say how it moves; use fixed steps to see what layers do there";
  return { code: "step-too-small", t, message };
}

const onlyFrom = (position: StepPosition | undefined): StepPosition | undefined =>
  position?.origin !== undefined && position.t > position.origin.t ? position : undefined;

/**
 * Steps of a drift that jumps: every step is made with one smooth piece of it, ends where the margin of that piece is used
 * up (found on dense output), and the next begins there with the piece that holds now. So a method keeps its order.
 *
 * A margin that is lost and found again between eight looks inside one step is not seen.
 *
 * @throws InputError incompatible — a problem without pieces, or steps that are not adaptive
 * @cost that of `steps`, eight margins and dense outputs a step, and two evaluations at each switch
 * @accuracy the order of the method across switches; solve/switching.test.ts
 */
export function* stepsAcrossJumps(
  problem: Problem,
  method: Method,
  options: SolveOptions,
  from?: StepPosition,
): Generator<Step, Failure | undefined> {
  const pieceAt = requirePieces(problem, method);
  const { jumps: _, ...plain } = problem;
  checkOptions(plain, method, options);
  const [start, end] = options.span;
  const most = options.steps.kind === "adaptive" ? options.steps.maxSteps : Number.POSITIVE_INFINITY;
  const patience = 64 + problem.y0.length;
  const workspace = new Float64Array(problem.y0.length);
  let origin = from?.origin ?? { t: from?.t ?? start, y: (from?.y ?? problem.y0).slice() };
  let resumed = onlyFrom(from);
  let count = from?.count ?? 0;
  let idle = 0;
  while (origin.t < end) {
    const piece = pieceAt(origin.t, origin.y);
    const { t: began } = origin;
    const local = { ...plain, y0: origin.y, drift: piece.drift };
    const inner = steps(local, method, { steps: options.steps, span: [began, end] }, resumed);
    resumed = undefined;
    let switched: Step | undefined;
    for (let next = inner.next(); switched === undefined; next = inner.next()) {
      if (next.done) return next.value;
      const whole = next.value;
      const { t, cost } = lostIn(whole, piece, workspace);
      const step = t === undefined ? { ...whole, evaluations: whole.evaluations + cost } : cut(whole, t, cost);
      count++;
      if (t !== undefined) switched = step;
      const here = origin;
      const position = (): StepPosition =>
        t === undefined
          ? { ...whole.position!(), count, origin: here }
          : { ...whole.position!(), t, y: step.y.slice(), count, origin: { t, y: step.y.slice() } };
      yield { ...step, position };
      if (count >= most && step.t1 < end) {
        const message = `${method.name}: ${count} steps reached only t = ${step.t1}; raise maxSteps, or loosen rtol and atol`;
        return { code: "too-many-steps", t: step.t1, message };
      }
      if (switched !== undefined) break;
    }
    origin = { t: switched!.t1, y: switched!.y.slice() };
    idle = origin.t - began <= negligible * (end - start) ? idle + 1 : 0;
    if (idle > patience) return sliding(problem, method, origin.t, idle);
  }
  return undefined;
}
