import type { CancelSignal } from "../../foundation/cancel/index.js";
import { frobeniusNorm } from "../../foundation/linear-algebra/index.js";
import { dop853 } from "../../methods/dop853/index.js";
import type { Model } from "../../model/index.js";
import { adaptive, findBlowUp, solve } from "../../solve/index.js";
import { lift } from "../shared/matrix-forms.js";
import type { Moments } from "../shared/moment-flow.js";
import { riccatiSystemAt, scalarValueSystem } from "../shared/riccati-system.js";
import { regimeByFlow } from "./by-flow.js";
import { escapeTime } from "./escape-time.js";
import { frozenFlow } from "./frozen-flow.js";
import { movingRange } from "./moving-range.js";
import { escaped, scalarCase } from "./scalar-case.js";
import { scalarValueRegime } from "./scalar-value.js";
import type { Verdict } from "./verdict.js";

/** What a schedule's pieces before the last do: the moments at its last jump, or a verdict on the way there. */
export type Passage = { readonly moments: Moments } | { readonly verdict: Verdict };

/** Depth of a verdict on a piece, counted from the start of the piece. */
export function shiftedBy(verdict: Verdict, t: number): Verdict {
  return verdict.tStar === undefined ? verdict : { ...verdict, tStar: t + verdict.tStar };
}

/** Through one piece of constant coefficients, of the given length. */
export function passPiece(model: Model, t: number, length: number, start: Moments, cancel?: CancelSignal): Passage {
  const { d } = model;
  const system = riccatiSystemAt(model, t);
  const scalar = system && scalarValueSystem(system);
  if (scalar !== undefined) {
    const range = movingRange(scalar, start.cov);
    const found = escapeTime(range, { until: length, cancel });
    if (found.escapes) {
      const argument = "first t with λ_max(Σ^½G(t)Σ^½) = 1, on a piece of the schedule before its last";
      return { verdict: shiftedBy(escaped(scalarCase(scalar, start.cov, cancel), found, { argument }), t) };
    }
    const inside = lift(found.factor, range.k, range.r);
    return { moments: { mean: start.mean, cov: lift(range.basis, d, range.k, inside) } };
  }
  const flow = frozenFlow(model, t, start);
  const { problem, size, r } = flow;
  const method = dop853.bind({});
  const blowUp = findBlowUp(problem, method, { span: [0, length], part: { offset: 0, size } });
  if (blowUp.kind === "blow-up") return { verdict: shiftedBy(regimeByFlow(flow, cancel), t) };
  const steps = adaptive({ rtol: 1e-12, atol: 1e-15 * frobeniusNorm(problem.y0), maxSteps: 100_000 });
  const { yEnd, outcome } = solve(problem, method, { span: [0, length], steps, ...(cancel && { cancel }) });
  if (outcome.status !== "completed") return { verdict: regimeByFlow(flow, cancel) };
  return {
    moments: { mean: yEnd.length > size ? yEnd.slice(size) : start.mean, cov: lift(yEnd.slice(0, size), d, r) },
  };
}

/** The autonomous flow from t on, with the coefficients there. */
export function lastPiece(model: Model, t: number, start: Moments, cancel?: CancelSignal): Verdict {
  const system = riccatiSystemAt(model, t);
  const scalar = system && scalarValueSystem(system);
  if (scalar === undefined) return shiftedBy(regimeByFlow(frozenFlow(model, t, start), cancel), t);
  const closed = scalarValueRegime(scalar, start.cov, cancel);
  if (closed.verdict !== "undecided") return shiftedBy(closed, t);
  const followed = regimeByFlow(frozenFlow(model, t, start), cancel);
  if (followed.verdict === "undecided") return closed;
  return shiftedBy({ ...followed, certificate: { ...followed.certificate, closedForm: closed.certificate } }, t);
}
