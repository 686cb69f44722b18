import type { Method } from "../../solve/method.js";
import {
  acceptStep,
  createStages,
  explicitStep,
  stagesMemory,
  stagesOf,
  type Tableau,
  weightedErrorNorm,
} from "./explicit-runge-kutta.js";

const solution = [
  0.09646076681806523, 0.01, 0.4798896504144996, 1.379008574103742, -3.2900695154360804, 2.324710524099774, 0,
];

const tableau: Tableau = {
  c: [0, 0.161, 0.327, 0.9, 0.9800255409045097, 1, 1],
  a: [
    [],
    [0.161],
    [-0.008480655492356989, 0.335480655492357],
    [2.8971530571054935, -6.359448489975075, 4.3622954328695815],
    [5.325864828439257, -11.748883564062828, 7.4955393428898365, -0.09249506636175525],
    [5.86145544294642, -12.92096931784711, 8.159367898576159, -0.071584973281401, -0.028269050394068383],
    solution.slice(0, 6),
  ],
  b: solution,
  firstSameAsLast: true,
};

/** Solution weights minus those of the embedded fourth-order solution. */
const errorWeights = [
  0.09646076681806523 - 0.09468075576583945,
  0.01 - 0.009183565540343254,
  0.4798896504144996 - 0.4877705284247616,
  1.379008574103742 - 1.234297566930479,
  -3.2900695154360804 + 2.7077123499835256,
  2.324710524099774 - 1.866628418170587,
  -1 / 66,
];

/** Weights of the fourth-order dense output at theta. */
function denseWeights(theta: number, out: number[]): void {
  const square = theta * theta;
  out[0] =
    -1.0530884977290216 *
    theta *
    (theta - 1.329989018975141) *
    (square - 1.436402854171635 * theta + 0.7139816917074209);
  out[1] = 0.1017 * square * (square - 2.1966568338249752 * theta + 1.294985250737463);
  out[2] = 2.490627285651253 * square * (square - 2.3853564547206165 * theta + 1.5780346820809248);
  out[3] = -16.548102889244902 * (theta - 1.2171292729553325) * (theta - 0.6162040603780009) * square;
  out[4] = 47.37952196281928 * (theta - 1.2030712083723627) * (theta - 0.6580472926535474) * square;
  out[5] = -34.87065786149661 * (theta - 1.2) * (theta - 2 / 3) * square;
  out[6] = 2.5 * (theta - 1) * (theta - 0.6) * square;
}

/** The method of methods/tsit5. */
export function createTsit5(): Method {
  const weights = new Array<number>(7).fill(0);
  return {
    name: "tsit5",
    order: 5,
    denseOrder: 5,
    traits: { componentwise: true },
    init: (problem) => createStages(problem, 7),
    step: (problem, t, dt, y, out, scratch) => ({
      evaluations: explicitStep(tableau, problem, t, dt, y, out, stagesOf(scratch)),
    }),
    errorNorm: (y, out, rtol, atol, scratch) => weightedErrorNorm(errorWeights, stagesOf(scratch), y, out, rtol, atol),
    interpolate(theta, out, scratch) {
      const s = stagesOf(scratch);
      denseWeights(theta, weights);
      s.combine(s.start, s.dt, weights, s.stages, out);
      return { evaluations: 0 };
    },
    accept: (scratch) => acceptStep(stagesOf(scratch)),
    memory: stagesMemory,
  };
}
