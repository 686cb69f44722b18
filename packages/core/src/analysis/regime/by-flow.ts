import type { CancelSignal } from "../../foundation/cancel/index.js";
import { frobeniusNorm, symmetricEigen } from "../../foundation/linear-algebra/index.js";
import { dop853 } from "../../methods/dop853/index.js";
import { adaptive, findBlowUp, type SolveEvent, solve, wholeState } from "../../solve/index.js";
import { columns, lift } from "../shared/matrix-forms.js";
import { classify, type Sample } from "./classify.js";
import type { FrozenFlow } from "./frozen-flow.js";
import { limitingRank } from "./limiting-rank.js";
import type { Certificate, Verdict } from "./verdict.js";

/** First depth, in units of 1/|B|, and how much further every stage goes. */
const firstStage = 4;
const stageFactor = 4;
const maxStages = 9;
/** Multiply-adds that following the flow may cost. */
const budget = 2e10;
/** How much faster than the natural rate |L| must grow before a blow-up is looked for. */
const announcement = 1e5;
/** |L| over its start beyond which growth is growth. */
const far = 1e60;
/** States kept per stage. */
const samplesPerStage = 48;

const rtol = 1e-11;

/** ⟨L, L̇⟩/|L|² exceeds 10⁵ natural rates: time to look for a blow-up. */
function announced({ problem, size, rate }: FrozenFlow): SolveEvent {
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
      return square > 0 ? inner / square / (announcement * rate) - 1 : -1;
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

/** t* of the flow, with the direction and the limiting rank of Σ/|Σ| from two states on the last stretch. */
function blowUpVerdict(flow: FrozenFlow, before: number, certificate: Certificate): Verdict {
  const { d, r, size, problem } = flow;
  const found = findBlowUp(problem, dop853.bind({}), { span: [0, before], part: { offset: 0, size } });
  if (found.kind !== "blow-up") {
    const why = found.kind === "none" ? "the growth ended without a blow-up" : found.message;
    return { verdict: "undecided", certificate: { ...certificate, argument: `${certificate.argument}; ${why}` } };
  }
  const [earlier, later] = found.approach.map(({ r: scale, y }) => ({
    t: 1 / scale,
    cov: lift(y.slice(0, size), d, r),
  })) as [Sample, Sample];
  const { vectors } = symmetricEigen(later.cov, d);
  const { rank, exponents, tolerance } = limitingRank([earlier, later], d, { relative: true });
  const argument = `|Σ| ~ (t* − t)^(−${2 / (found.exponent - 1)}): dop853 on L, Σ = LLᵀ, at two tolerances`;
  return {
    verdict: "blow-up",
    tStar: found.t,
    tError: found.tError,
    direction: Array.from(columns(vectors, d, d, d - 1, d)),
    rank,
    certificate: {
      ...certificate,
      argument,
      escape: { exponent: found.exponent, rankTolerance: tolerance, exponents: Array.from(exponents) },
    },
  };
}

interface Stage {
  readonly samples: readonly Sample[];
  readonly ended: "stage" | "announced" | "outgrown" | "cancelled" | "failed";
  readonly message: string;
  readonly y: Float64Array;
  readonly t: number;
  readonly evaluations: number;
}

/** From t to `until`, with states at equal steps. */
function followStage(flow: FrozenFlow, y0: Float64Array, span: readonly [number, number], cancel?: CancelSignal): Stage {
  const { d, r, size, problem } = flow;
  const [from, to] = span;
  const scale = frobeniusNorm(problem.y0.slice(0, size)) || 1;
  const when = Array.from({ length: samplesPerStage }, (_, k) => from + ((k + 1) / samplesPerStage) * (to - from));
  const { outcome, records, yEnd, tEnd, stats } = solve({ ...problem, y0 }, dop853.bind({}), {
    span,
    steps: adaptive({ rtol, atol: 1e-3 * rtol * scale, maxSteps: 60_000 }),
    events: [announced(flow), outgrown(flow)],
    save: { states: { what: wholeState(y0.length), when } },
    ...(cancel && { cancel }),
  });
  const { t, value } = records["states"]!;
  const samples = Array.from(t, (time, k) => {
    const y = value.data.slice(k * y0.length, (k + 1) * y0.length);
    return { t: time, cov: lift(y.subarray(0, size), d, r) };
  });
  const ended = outcome.status === "completed" ? "stage" : outcome.status === "failed" ? "failed" : outcome.event;
  const message = outcome.status === "failed" ? outcome.message : "";
  return { samples, ended: ended as Stage["ended"], message, y: yEnd, t: tEnd, evaluations: stats.evaluations };
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
  const { problem, rate, size, d } = flow;
  const tried: string[] = [];
  const certificateOf = (argument: string): Certificate => ({
    method: "integration",
    source: "theory.md §2",
    argument,
    hypotheses: [],
    tried: [...tried],
  });
  const moving = new Float64Array(problem.y0.length);
  problem.drift(0, problem.y0, moving);
  const first: Sample = { t: 0, cov: lift(problem.y0.slice(0, size), d, flow.r) };
  const samples: Sample[] = [first];
  let [y, t, spent] = [problem.y0, 0, 0];
  const atOnce = classify({ flow, y, samples, certificate: certificateOf("Σ_0 is an equilibrium to rounding") });
  if (atOnce !== undefined) return atOnce;
  for (let k = 0; k < maxStages; k++) {
    const until = (firstStage * stageFactor ** k) / rate;
    const stage = followStage(flow, y, [t, until], cancel);
    tried.push(`followed to t = ${stage.t} with dop853 at rtol ${rtol}`);
    if (stage.ended === "announced") {
      return blowUpVerdict(flow, stage.t + 100 / (announcement * rate), certificateOf("a blow-up was announced"));
    }
    if (stage.ended === "failed" || stage.ended === "cancelled") {
      return { verdict: "undecided", certificate: certificateOf(stage.message || "cancelled") };
    }
    samples.push(...stage.samples);
    [y, t] = [stage.y, stage.t];
    const outgrownNow = stage.ended === "outgrown";
    const verdict = classify({ flow, y, samples, certificate: certificateOf(""), outgrown: outgrownNow });
    if (verdict !== undefined) return verdict;
    if (outgrownNow) break;
    spent += stage.evaluations * (2 + 2 * 1) * d ** 3;
    if (spent * stageFactor > budget) break;
  }
  return { verdict: "undecided", certificate: certificateOf(`nothing could be certified up to t = ${t}`) };
}
