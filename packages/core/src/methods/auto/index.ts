import { z } from "zod";
import type { Method, MethodMemory, MethodPlugin } from "../../solve/method.js";
import { type StageScratch, stagesMemory, stagesOf } from "../shared/explicit-runge-kutta.js";
import { spectralBound } from "../shared/jacobian.js";
import { createRodas4, rosenbrockOf } from "../shared/rodas4.js";
import { createTsit5 } from "../shared/tsit5.js";

interface AutoScratch {
  readonly explicit: unknown;
  readonly stiff: unknown;
  /** Who makes the next step. */
  mode: "explicit" | "stiff";
  /** Who made the last one: its error and dense output are read from there. */
  used: "explicit" | "stiff";
  /** Accepted steps in a row that speak for the other method, and those against since. */
  votes: number;
  against: number;
}

const autoOf = (scratch: unknown): AutoScratch => scratch as AutoScratch;

/** Where the real stability interval of tsit5 ends. */
const stabilityEnd = 3.5;
/** An explicit method that runs at this part of its stability bound is held back by it. */
const stiffFrom = 0.9 * stabilityEnd;
/** An implicit step that an explicit method could make too, with room to spare. */
const explicitUpTo = 0.5 * stabilityEnd;
const votesToStiff = 15;
const votesToExplicit = 10;

/** dt·|λ| of the fastest direction of the step, from the last two stages, which both stand at t + dt. */
function stepTimesRate(s: StageScratch): number {
  const [last, before] = [s.stages[6]!, s.stages[5]!];
  let [rates, states] = [0, 0];
  for (let i = 0; i < s.end.length; i++) {
    rates += (last[i]! - before[i]!) ** 2;
    states += (s.end[i]! - s.argument[i]!) ** 2;
  }
  return states > 0 ? s.dt * Math.sqrt(rates / states) : 0;
}

/** Counts a step that speaks for or against the other method. @returns whether it makes the next step */
function vote(s: AutoScratch, forOther: boolean, needed: number): boolean {
  if (forOther) {
    s.votes++;
    s.against = 0;
  } else if (++s.against === 6) {
    s.votes = 0;
    s.against = 0;
  }
  if (s.votes < needed) return false;
  s.votes = 0;
  s.against = 0;
  return true;
}

function accept(explicit: Method, stiff: Method, s: AutoScratch, size: number): void {
  if (s.mode === "explicit") {
    const stages = stagesOf(s.explicit);
    explicit.accept(stages);
    if (!vote(s, stepTimesRate(stages) > stiffFrom, votesToStiff)) return;
    s.mode = "stiff";
    rosenbrockOf(s.stiff).known = false;
    return;
  }
  const rosenbrock = rosenbrockOf(s.stiff);
  stiff.accept(rosenbrock);
  if (!vote(s, rosenbrock.dt * spectralBound(rosenbrock.jacobian, size) < explicitUpTo, votesToExplicit)) return;
  s.mode = "explicit";
  const stages = stagesOf(s.explicit);
  stages.accepted = false;
  stages.firstKnown = false;
}

function createAuto(): Method {
  const [explicit, stiff] = [createTsit5(), createRodas4()];
  const part = (scratch: unknown): [Method, unknown] => {
    const s = autoOf(scratch);
    return s.used === "stiff" ? [stiff, s.stiff] : [explicit, s.explicit];
  };
  return {
    name: "auto",
    order: explicit.order,
    denseOrder: explicit.denseOrder,
    traits: { stiff: true, jacobian: "finite-differences" },
    init: (problem, seed): AutoScratch => ({
      explicit: explicit.init(problem, seed),
      stiff: stiff.init(problem, seed),
      mode: "explicit",
      used: "explicit",
      votes: 0,
      against: 0,
    }),
    step(problem, t, dt, y, out, scratch) {
      const s = autoOf(scratch);
      s.used = s.mode;
      const [method, own] = part(s);
      return { evaluations: method.step(problem, t, dt, y, out, own).evaluations, method: method.name };
    },
    errorNorm(y, out, rtol, atol, scratch) {
      const [method, own] = part(scratch);
      return method.errorNorm!(y, out, rtol, atol, own);
    },
    interpolate(theta, out, scratch) {
      const [method, own] = part(scratch);
      return method.interpolate(theta, out, own);
    },
    accept(scratch) {
      const s = autoOf(scratch);
      accept(explicit, stiff, s, stagesOf(s.explicit).end.length);
    },
    memory: {
      of(scratch) {
        const { mode, votes, against, explicit: own } = autoOf(scratch);
        return { mode, votes, against, explicit: stagesMemory.of(own) };
      },
      restore(scratch, { mode, votes, against, explicit: own }) {
        const s = autoOf(scratch);
        s.mode = mode === "stiff" ? "stiff" : "explicit";
        s.votes = Number(votes);
        s.against = Number(against);
        stagesMemory.restore(s.explicit, own as MethodMemory);
      },
    },
  };
}

/**
 * tsit5 until dt·|λ| of its steps has stayed at the end of its stability interval for 15 accepted steps, then rodas4
 * until dt·‖J‖ has stayed well inside it for 10; the trajectory's stats say which method made which part.
 */
export const auto: MethodPlugin<Record<string, never>> = {
  name: "auto",
  doc: "tsit5 where the problem is not stiff, rodas4 where it is; switches by itself, both ways.",
  source: "Hairer, Wanner, Solving Ordinary Differential Equations II, section IV.2 (detection of stiffness)",
  traits: { stiff: true, jacobian: "finite-differences" },
  params: z.strictObject({}),
  bind: createAuto,
};
