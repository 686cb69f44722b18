import { describe, expect, test } from "vitest";
import { dop853 } from "../methods/dop853/index.js";
import { euler } from "../methods/euler/index.js";
import { tsit5 } from "../methods/tsit5/index.js";
import {
  adaptive,
  fixed,
  type Jumps,
  logTime,
  type Problem,
  type SolveCheckpoint,
  solve,
  steps,
  wholeState,
} from "./index.js";

const rule = "the rate doubles at y = 1";

/** ẏ = c·y with c = 1 below y = 1 and c = −½·cos t above it, until the phase t = 2 is over. */
function growth(): Problem {
  const rate = (above: boolean, t: number) => (above ? -0.5 * Math.cos(t) : 1);
  const jumps: Jumps = {
    rule,
    pieceAt(_t, y) {
      const above = y[0]! >= 1;
      return {
        drift: (t, state, out) => {
          out[0] = rate(above, t) * state[0]!;
        },
        margin: (_time, state) => (above ? state[0]! - 1 + 1e-12 : 1 - state[0]!),
      };
    },
  };
  return {
    y0: Float64Array.of(0.5),
    layout: { y: { offset: 0, shape: [1] } },
    drift: (t, y, out) => {
      out[0] = rate(y[0]! >= 1, t) * y[0]!;
    },
    jumps,
  };
}

/** ẏ = 1/(1 + y) up to y = 1, then y. From y = 0: 1 is reached at t = 3/2, and y = e^{t − 3/2} follows. */
function accelerated(): Problem {
  const drift = (late: boolean) => (_t: number, y: Float64Array, out: Float64Array) => {
    out[0] = late ? y[0]! : 1 / (1 + y[0]!);
  };
  return {
    y0: Float64Array.of(0),
    layout: { y: { offset: 0, shape: [1] } },
    drift: (t, y, out) => drift(y[0]! >= 1)(t, y, out),
    jumps: {
      rule,
      pieceAt: (_t, y) => ({ drift: drift(y[0]! >= 1), margin: (_time, s) => (y[0]! >= 1 ? 1 : 1 - s[0]!) }),
    },
  };
}

const methods = [tsit5.bind({}), dop853.bind(dop853.params.parse({}))];
const tight = (rtol: number) => adaptive({ rtol, atol: rtol });

describe.each(methods.map((method) => [method.name, method] as const))("%s across a jump", (_name, method) => {
  test("ends a step where the drift jumps, and keeps its accuracy", () => {
    const problem = { ...accelerated(), y0: Float64Array.of(0) };
    const times: number[] = [];
    const { yEnd, outcome } = solve(problem, method, {
      span: [0, 2.5],
      steps: tight(1e-11),
      onProgress: ({ t }) => times.push(t),
    });
    expect(outcome).toEqual({ status: "completed" });
    // Two smooth pieces at 1e-11 a step, tens of steps.
    expect(Math.abs(yEnd[0]! - Math.E)).toBeLessThan(1e-9);
    expect(Math.min(...times.map((t) => Math.abs(t - 1.5)))).toBeLessThan(1e-10);
  });

  test("keeps records between steps, on both sides of the jump", () => {
    const when = [0.5, 1.4, 1.6, 2];
    const save = { y: { what: wholeState(1), when } };
    const { records } = solve(accelerated(), method, { span: [0, 2.5], steps: tight(1e-11), save });
    const exact = when.map((t) => (t < 1.5 ? Math.sqrt(1 + 2 * t) - 1 : Math.exp(t - 1.5)));
    // Dense output has one order less than the step at its ends.
    exact.forEach((value, k) => {
      expect(Math.abs(records.y.value.data[k]! - value)).toBeLessThan(1e-7);
    });
  });

  test("a run taken up at any step is the undisturbed one bit for bit", () => {
    const options = { span: [0, 2.5], steps: tight(1e-8) } as const;
    const whole = solve(accelerated(), method, options);
    const kept: SolveCheckpoint[] = [];
    solve(accelerated(), method, {
      ...options,
      checkpoint: { due: () => true, take: (one) => kept.push(structuredClone(one)) },
    });
    expect(kept.length).toBeGreaterThan(3);
    for (const resume of kept) expect(solve(accelerated(), method, { ...options, resume })).toEqual(whole);
  });
});

test("a margin lost and found again inside one step is seen, down to an eighth of it", () => {
  // y moves on the unit circle in one great step; the margin is negative on an arc of a fifth of it.
  let switches = 0;
  const drift = (_t: number, y: Float64Array, out: Float64Array) => {
    [out[0], out[1]] = [-y[1]!, y[0]!];
  };
  const problem: Problem = {
    y0: Float64Array.of(1, 0),
    layout: { y: { offset: 0, shape: [2] } },
    drift,
    jumps: {
      rule,
      pieceAt: (_t, y) => {
        switches++;
        const sign = y[1]! >= 0.9 ? -1 : 1;
        return { drift, margin: (_time, state) => sign * (0.9 - state[1]!) + 1e-12 };
      },
    },
  };
  solve(problem, methods[1]!, { span: [0, 3], steps: adaptive({ rtol: 1e-3, atol: 1e-3 }) });
  expect(switches).toBe(3);
});

test("a flow pushed onto the jump from both sides fails in words; fixed steps run", () => {
  const sign = (y: number) => (y >= 0 ? -1 : 1);
  const problem: Problem = {
    y0: Float64Array.of(0.3),
    layout: { y: { offset: 0, shape: [1] } },
    drift: (_t, y, out) => {
      out[0] = sign(y[0]!);
    },
    jumps: {
      rule: "the drift turns round at 0",
      pieceAt: (_t, y) => {
        const here = sign(y[0]!);
        return {
          drift: (_time, _state, out) => {
            out[0] = here;
          },
          margin: (_time, state) => -here * state[0]! + 1e-14,
        };
      },
    },
  };
  const { outcome } = solve(problem, methods[0]!, { span: [0, 1], steps: tight(1e-8) });
  expect(outcome).toMatchObject({ status: "failed", code: "step-too-small" });
  expect((outcome as { message: string }).message).toContain("the drift turns round at 0");
  expect((outcome as { t: number }).t).toBeCloseTo(0.3, 9);
  const { yEnd } = solve(problem, euler.bind({}), { span: [0, 1], steps: fixed(0.01) });
  expect(Math.abs(yEnd[0]!)).toBeLessThan(0.011);
});

test("adaptive steps that cannot stop at a jump are refused with the rule", () => {
  const method = methods[0]!;
  const options = { span: [0, 1], steps: tight(1e-6) } as const;
  const { pieceAt: _, ...blind } = growth().jumps!;
  expect(() => solve({ ...growth(), jumps: blind }, method, options)).toThrow(rule);
  expect(() => solve(growth(), method, { ...options, time: logTime() })).toThrow(rule);
  expect(() => steps(growth(), method, options).next()).toThrow(rule);
});
