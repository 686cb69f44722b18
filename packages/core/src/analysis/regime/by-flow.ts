import type { CancelSignal } from "../../foundation/cancel/index.js";
import { frobeniusNorm, symmetricEigen } from "../../foundation/linear-algebra/index.js";
import { dop853 } from "../../methods/dop853/index.js";
import { rodas4 } from "../../methods/rodas4/index.js";
import { adaptive, findBlowUp, type Problem, type SolveEvent, solve, wholeState } from "../../solve/index.js";
import { columns, lift } from "../shared/matrix-forms.js";
import { classify, type Sample } from "./classify.js";
import type { FrozenFlow } from "./frozen-flow.js";
import { withEquilibria } from "./known-equilibria.js";
import { limitingRank } from "./limiting-rank.js";
import { type NormalisedFlow, normalisedFlow } from "./normalised-flow.js";
import { stiffEscape, unresolved } from "./stiff-escape.js";
import type { Certificate, Verdict } from "./verdict.js";

/** First depth, in units of 1/|B|, and how much further every stage goes. */
const firstStage = 4;
const stageFactor = 4;
const maxStages = 16;
/** Multiply-adds that following the flow may cost. */
const budget = 2e10;
/** How much faster than the natural rate |L| must grow before a blow-up is looked for. */
const announcement = 1e5;
/** How much faster still before it is looked for again, when there was none. */
const louder = 100;
/** |L| over its start beyond which growth is growth. */
const far = 1e60;
/** States kept per stage. */
const samplesPerStage = 48;

const rtol = 1e-11;
/** Where an explicit method needs more steps than this per natural time, an implicit one takes over. */
const stiffness = 4;
/** Nor is it worth more steps than this for one stage. */
const mostSteps = 6000;
const stiffTolerance = 1e-8;
const mostStiffSteps = 20_000;
/** Largest state for which the Jacobian of the implicit method is worth its d·r evaluations. */
const largestStiff = 128;

/** ⟨L, L̇⟩/|L|² exceeds `level`: time to look for a blow-up. */
function announced({ problem, size }: FrozenFlow, level: number): SolveEvent {
  const velocity = new Float64Array(problem.y0.length);
  return {
    name: "announced",
    direction: "up",
    terminal: true,
    g(t, y) {
      problem.drift(t, y, velocity);
      let [inner, square] = [0, 0];
      for (let i = 0; i < size; i++) {
        inner += y[i]! * velocity[i]!;
        square += y[i]! * y[i]!;
      }
      return square > 0 ? inner / square / level - 1 : -1;
    },
  };
}

function outgrown({ problem, size }: FrozenFlow): SolveEvent {
  const start = frobeniusNorm(problem.y0.slice(0, size)) || 1;
  return {
    name: "outgrown",
    direction: "up",
    terminal: true,
    g(_t, y) {
      let largest = 0;
      for (let i = 0; i < size; i++) largest = Math.max(largest, Math.abs(y[i]!));
      return largest / (far * start) - 1;
    },
  };
}

/** A search that is not stiff takes some hundred. */
const mostBlowUpSteps = 200_000;

/** p of |L| ~ (t* − t)^{−1/(p−1)} for a quadratic Σ̇, and how far from it p tells of an escape that turns as it grows. */
const quadratic = 3;
const turning = 0.02;

/** t* of the flow, with the direction and the limiting rank of Σ/|Σ| from two states on the last stretch. */
function blowUpVerdict(flow: FrozenFlow, before: number, certificate: Certificate): Verdict | undefined {
  const { d, r, size, problem } = flow;
  const found = findBlowUp(problem, dop853.bind({}), {
    span: [0, before],
    part: { offset: 0, size },
    maxSteps: mostBlowUpSteps,
  });
  if (found.kind === "none") return undefined;
  const steady = found.kind === "blow-up" && Math.abs(found.exponent - quadratic) < turning;
  const spiral = steady ? undefined : spiralVerdict(flow, before, certificate);
  if (spiral !== undefined || found.kind === "undecided") return spiral;
  const [earlier, later] = found.approach.map(({ r: scale, y }) => ({
    t: 1 / scale,
    cov: lift(y.slice(0, size), d, r),
  })) as [Sample, Sample];
  const { rank, exponents, tolerance } = limitingRank([earlier, later], d, { relative: true });
  return {
    verdict: "blow-up",
    tStar: found.t,
    tError: found.tError,
    direction: topDirection(later.cov, d),
    rank,
    certificate: {
      ...certificate,
      argument: `|Σ| ~ (t* − t)^(−${2 / (found.exponent - 1)}): dop853 on L, Σ = LLᵀ, at two tolerances`,
      escape: { exponent: found.exponent, rankTolerance: tolerance, exponents: Array.from(exponents) },
    },
  };
}

const topDirection = (cov: Float64Array, d: number): number[] =>
  Array.from(columns(symmetricEigen(cov, d).vectors, d, d, d - 1, d));

/** Growth of |Σ|, and shortness of the time left, at which a run that cannot go on has come upon a singularity. */
const singular = 1e10;

/** A blow-up that turns as it grows has no steady exponent: t* is where runs at two tolerances cannot go on. */
function spiralVerdict(flow: FrozenFlow, before: number, certificate: Certificate): Verdict | undefined {
  const { d, r, size, problem, rate } = flow;
  const run = (tolerance: number) => {
    const steps = adaptive({ rtol: tolerance, atol: 1e-3 * tolerance * frobeniusNorm(problem.y0), maxSteps: 60_000 });
    const { outcome, yEnd, tEnd } = solve(problem, dop853.bind({}), { span: [0, before], steps });
    const velocity = new Float64Array(yEnd.length);
    problem.drift(tEnd, yEnd, velocity);
    const factor = yEnd.slice(0, size);
    const growth = (frobeniusNorm(factor) / frobeniusNorm(problem.y0.slice(0, size))) ** 2;
    const left = frobeniusNorm(factor) / frobeniusNorm(velocity.slice(0, size));
    const ended = outcome.status === "failed" && growth > singular && left * rate < 1 / singular;
    return { ended, t: tEnd, left, growth, factor };
  };
  const coarse = run(rtol);
  const fine = coarse.ended ? run(rtol / 100) : coarse;
  if (!coarse.ended || !fine.ended) return stiffVerdict(flow, before, certificate);
  const tError = 4 * Math.abs(fine.t - coarse.t) + 1e3 * fine.left + 16 * Number.EPSILON * fine.t;
  return {
    verdict: "blow-up",
    tStar: fine.t,
    tError,
    direction: topDirection(lift(fine.factor, d, r), d),
    certificate: {
      ...certificate,
      argument: `|Σ| has grown ${fine.growth.toExponential(1)}-fold and turns as it grows: t* is where dop853 at two tolerances cannot go on`,
      escape: { growth: fine.growth, timeLeft: fine.left },
    },
  };
}

interface Stage {
  readonly samples: readonly Sample[];
  readonly ended: "stage" | "announced" | "outgrown" | "unresolved" | "cancelled" | "failed";
  readonly message: string;
  /** Whether the steps became too small to go on. */
  readonly singular: boolean;
  readonly y: Float64Array;
  readonly t: number;
  readonly evaluations: number;
}

interface StageOptions {
  readonly span: readonly [number, number];
  readonly stiff: boolean;
  /** Growth rate of |L| that announces a blow-up. */
  readonly level: number;
  readonly cancel?: CancelSignal | undefined;
}

/** A problem in its own coordinates. */
const own = (problem: Problem): NormalisedFlow => ({ problem, of: (y) => y, back: (z) => z });

/** A blow-up that turns and is stiff as it grows. */
function stiffVerdict(flow: FrozenFlow, before: number, certificate: Certificate): Verdict | undefined {
  const { d, r, size, rate } = flow;
  const found = size > largestStiff ? undefined : stiffEscape(flow, before, announcement * rate);
  if (found === undefined) return undefined;
  const { t, tError, growth, rate: speed, factor } = found;
  return {
    verdict: "blow-up",
    tStar: t,
    tError,
    direction: topDirection(lift(factor, d, r), d),
    certificate: {
      ...certificate,
      argument: `|Σ| has grown ${growth.toExponential(1)}-fold and grows ${(speed / rate).toExponential(1)} times faster than |B| at the start: rodas4 in direction and size at two tolerances`,
      escape: { growth, rate: speed },
    },
  };
}

/** From span[0] to span[1], with states at equal steps. */
function followStage(flow: FrozenFlow, y0: Float64Array, { span, stiff, level, cancel }: StageOptions): Stage {
  const { d, r, size, problem, rate } = flow;
  const [from, to] = span;
  const scale = frobeniusNorm(problem.y0.slice(0, size)) || 1;
  const when = Array.from({ length: samplesPerStage }, (_, k) =>
    // Rounding must not put the last beyond the end.
    Math.min(to, from + ((k + 1) / samplesPerStage) * (to - from)),
  );
  const natural = Math.ceil(Math.min(mostSteps, 1000 + stiffness * rate * (to - from)));
  const maxSteps = size > largestStiff ? 20_000 : natural;
  const { of, back, problem: followed } = stiff ? normalisedFlow(flow) : own(problem);
  const start = of(y0);
  const { outcome, records, yEnd, tEnd, stats } = solve(
    { ...followed, y0: start },
    stiff ? rodas4.bind({}) : dop853.bind({}),
    {
      span,
      steps: stiff
        ? adaptive({ rtol: stiffTolerance, atol: 1e-2 * stiffTolerance, maxSteps: mostStiffSteps })
        : adaptive({ rtol, atol: 1e-3 * rtol * scale, maxSteps }),
      events: [announced(flow, level), outgrown(flow), ...(stiff ? [unresolved(flow)] : [])].map((event) => ({
        ...event,
        g: (t, z) => event.g(t, back(z)),
      })),
      save: { states: { what: wholeState(start.length), when } },
      ...(cancel && { cancel }),
    },
  );
  const { t, value } = records["states"]!;
  const samples = Array.from(t, (time, k) => {
    const y = back(value.data.slice(k * start.length, (k + 1) * start.length));
    return { t: time, cov: lift(y.subarray(0, size), d, r) };
  });
  const ended = outcome.status === "completed" ? "stage" : outcome.status === "failed" ? "failed" : outcome.event;
  const message = outcome.status === "failed" ? outcome.message : "";
  const singularity = outcome.status === "failed" && outcome.code === "step-too-small";
  return {
    samples,
    ended: ended as Stage["ended"],
    message,
    singular: singularity,
    y: back(yEnd),
    t: tEnd,
    evaluations: stats.evaluations,
  };
}

/** A verdict, and the covariance at which the run that led to it ended. */
interface Followed {
  readonly verdict: Verdict;
  readonly last: Float64Array;
}

function follow(flow: FrozenFlow, cancel?: CancelSignal): Followed {
  const { problem, rate, size, d, r } = flow;
  const tried: string[] = [];
  const certificateOf = (argument: string): Certificate => ({
    method: "integration",
    source: "theory.md §2",
    argument,
    hypotheses: [],
    tried: [...tried],
  });
  const samples: Sample[] = [{ t: 0, cov: lift(problem.y0.slice(0, size), d, r) }];
  const end = (verdict: Verdict): Followed => ({ verdict, last: samples.at(-1)!.cov });
  const judge = (y: Float64Array, argument: string, isOutgrown = false) =>
    classify({ flow, y, samples, certificate: certificateOf(argument), outgrown: isOutgrown });
  const atOnce = judge(problem.y0, "Σ_0 is an equilibrium to rounding");
  if (atOnce !== undefined) return end(atOnce);
  let [y, t, spent, stiff, level] = [problem.y0, 0, 0, false, announcement * rate];
  for (let k = 0; k < maxStages && spent < budget; ) {
    const until = (firstStage * stageFactor ** k) / rate;
    const stage = followStage(flow, y, { span: [t, until], stiff, level, cancel });
    const growth = (frobeniusNorm(stage.y.slice(0, size)) / frobeniusNorm(problem.y0.slice(0, size))) ** 2;
    const how = stiff ? `rodas4 at rtol ${stiffTolerance}` : `dop853 at rtol ${rtol}`;
    tried.push(`followed to t = ${stage.t}, where |Σ| is ${growth.toExponential(1)} times its start, with ${how}`);
    if (stage.ended === "cancelled") return end({ verdict: "undecided", certificate: certificateOf("cancelled") });
    const reached = stage.t;
    samples.push(...stage.samples);
    [y, t] = [stage.y, reached];
    spent += stage.evaluations * (1 + 2 * flow.heads) * d ** 3;
    const sudden = stage.ended === "announced" || (stage.ended === "failed" && stage.singular);
    if (sudden || stage.ended === "unresolved") {
      const before = reached + 100 / level;
      const found = (sudden ? blowUpVerdict : stiffVerdict)(flow, before, certificateOf(""));
      if (found !== undefined) return end(found);
      level *= louder;
    }
    const verdict = judge(y, "", stage.ended === "outgrown");
    if (verdict !== undefined) return end(verdict);
    if (stage.ended === "outgrown" || stage.ended === "unresolved") break;
    if (stage.ended === "failed") {
      if (stiff || size > largestStiff) return end({ verdict: "undecided", certificate: certificateOf(stage.message) });
      stiff = true;
    }
    if (stage.ended === "stage") k++;
  }
  return end({ verdict: "undecided", certificate: certificateOf(`nothing could be certified up to t = ${t}`) });
}

/**
 * Regime of Σ by following its flow over depths that grow by 4, until what it does can be certified: for general V and
 * closures that are not of Riccati type, and where V = vI but no theorem decides.
 *
 * @cost at most some 10¹⁰ multiply-adds; what is not decided by then is `undecided`
 * @accuracy by-flow.test.ts: against the closed forms of V = vI, rank-one flows, and dop853 at 1e-13
 * @source theory.md §2; numerics.md, ODE
 */
export function regimeByFlow(flow: FrozenFlow, cancel?: CancelSignal): Verdict {
  const { verdict, last } = follow(flow, cancel);
  return withEquilibria(verdict, flow, last, cancel);
}
