import { describe, expect, test } from "vitest";
import { membersOf } from "../../test/helpers/family.js";
import { sphere } from "../geometry/sphere/index.js";
import {
  adaptive,
  type CheckpointSink,
  fixed,
  logTime,
  type Method,
  type MethodPlugin,
  type Problem,
  type SolveCheckpoint,
  type SolveOptions,
  solve,
  sundman,
  wholeState,
} from "../solve/index.js";

const members = membersOf<MethodPlugin>(import.meta.glob("./*/index.ts", { eager: true }));

/** A turning flow on S² with a fast decay that begins at a jump: pieces, a retraction, and work for `auto`. */
const flow: Problem = {
  y0: Float64Array.of(0.36, 0.48, 0.8, 1),
  layout: { x: { offset: 0, shape: [1, 3] }, y: { offset: 3, shape: [1] } },
  breakpoints: [1.1, 2.3],
  drift(t, y, out) {
    out[0] = -y[1]! * (1 + y[2]!);
    out[1] = y[0]! * (1 + y[2]!) + 0.5 * y[2]! * Math.cos(t);
    out[2] = -0.5 * y[1]!;
    sphere.tangent(y.subarray(0, 3), out.subarray(0, 3), 1, 3);
    out[3] = (t < 1.1 ? -1 : -400) * (y[3]! - Math.sin(3 * t));
  },
  retract: (y) => sphere.retract(y.subarray(0, 3), 1, 3),
};

const noisy: Problem = {
  ...flow,
  breakpoints: [1.1],
  drift: (t, y, out) => {
    flow.drift(t, y, out);
    out[3] = -y[3]!;
  },
  diffusion: {
    noiseDimension: 1,
    kind: "additive",
    calculus: "ito",
    apply: (_t, _y, increment, out) => {
      out.fill(0);
      out[3] = 0.3 * increment[0]!;
    },
  },
};

const common: Omit<SolveOptions, "steps"> = {
  span: [0, 3],
  seed: 5,
  run: 2,
  save: {
    y: { what: wholeState(4), when: [0, 0.123, 0.5, 1.1, 1.77, 2.9, 3] },
    end: { what: wholeState(4), when: "end" },
  },
  events: [
    { name: "equator", direction: "both", terminal: false, g: (_t, y) => y[0]! },
    { name: "late", direction: "up", terminal: true, g: (t) => t - 2.8 },
  ],
};

/** Every checkpoint of a run, each as a file or another thread would give it back. */
function everyCheckpoint(problem: Problem, method: Method, options: SolveOptions) {
  const kept: SolveCheckpoint[] = [];
  const checkpoint: CheckpointSink<SolveCheckpoint> = {
    due: () => true,
    take: (one) => kept.push(structuredClone(one)),
  };
  return { whole: solve(problem, method, { ...options, checkpoint }), kept };
}

function expectResumable(plugin: MethodPlugin, problem: Problem, options: SolveOptions): void {
  const bind = () => plugin.bind(plugin.params.parse({}));
  const undisturbed = solve(problem, bind(), options);
  const { whole, kept } = everyCheckpoint(problem, bind(), options);
  expect(whole).toStrictEqual(undisturbed);
  // The last step of a run that completes is asked about too, before the generator says that it is at its end.
  expect(kept.length).toBe(whole.stats.steps - (whole.outcome.status === "completed" ? 0 : 1));
  // Every step of a short run; of a long one the first ones, those around jumps and switches, and every seventh.
  const chosen = kept.filter((one, k) => k < 5 || k % 7 === 0 || Math.abs(one.t - 1.1) < 0.1 || kept.length < 60);
  for (const resume of chosen) expect(solve(problem, bind(), { ...options, resume })).toStrictEqual(undisturbed);
}

describe.each(members)("method $folder resumed at any step gives the bits of an undisturbed run", ({ plugin }) => {
  const method = plugin.bind(plugin.params.parse({}));
  const can = method.errorNorm !== undefined;

  test("at fixed steps, with records between steps and events", () => {
    expectResumable(plugin, { ...flow, drift: noisy.drift }, { ...common, steps: fixed(0.07) });
  });

  test.runIf(can)("at adaptive steps", () => {
    expectResumable(plugin, flow, { ...common, steps: adaptive({ rtol: 1e-6, atol: 1e-8 }) });
  });

  test.runIf(method.traits?.stiff === true)("through a stiff stretch, where methods may switch", () => {
    const relaxing: Problem = {
      y0: Float64Array.of(1, 0.3),
      layout: { y: { offset: 0, shape: [2] } },
      drift: (t, y, out) => {
        out[0] = -(1 + 1e4 * Math.exp(-((t / 0.2) ** 2))) * (y[0]! - Math.cos(t));
        out[1] = y[0]!;
      },
    };
    const save = { y: { what: wholeState(2), when: [0.1, 1] } };
    const run: SolveOptions = { span: [0, 3], save, steps: adaptive({ rtol: 1e-5, atol: 1e-6 }) };
    expectResumable(plugin, relaxing, run);
    const used = solve(relaxing, method, run).stats.methods;
    if (used !== undefined) expect(used.map(({ name }) => name)).toEqual(["tsit5", "rodas4", "tsit5"]);
  });

  test.runIf(can)("in logarithmic time", () => {
    const { breakpoints: _, ...smooth } = { ...flow, drift: noisy.drift };
    expectResumable(plugin, smooth, { ...common, time: logTime(0.1), steps: adaptive({ rtol: 1e-6, atol: 1e-8 }) });
  });

  test.runIf(method.traits?.noise !== undefined)("with noise", () => {
    const diffusion = { ...noisy.diffusion!, calculus: method.traits!.noise!.calculus };
    expectResumable(plugin, { ...noisy, diffusion }, { ...common, steps: fixed(0.07) });
  });

  test("on a cancel, from where it was stopped", () => {
    const options = { ...common, steps: fixed(0.07) };
    const problem = { ...flow, drift: noisy.drift };
    const cancel = { aborted: false };
    const kept: SolveCheckpoint[] = [];
    const stopped = solve(problem, method, {
      ...options,
      cancel,
      checkpoint: { due: () => false, take: (one) => kept.push(structuredClone(one)) },
      onProgress: ({ steps }) => {
        cancel.aborted = steps === 13;
      },
    });
    expect(stopped.outcome).toMatchObject({ status: "stopped", event: "cancelled" });
    expect(kept.length).toBe(1);
    expect(solve(problem, method, { ...options, resume: kept[0]! })).toStrictEqual(solve(problem, method, options));
  });
});

describe("a checkpoint", () => {
  const rk4 = members.find(({ folder }) => folder === "tsit5")!.plugin.bind({});
  const options = { ...common, steps: adaptive({ rtol: 1e-6, atol: 1e-8 }) };

  test("of another run is refused", () => {
    const [resume] = everyCheckpoint(flow, rk4, options).kept;
    const save = { other: { what: wholeState(4), when: "end" as const } };
    expect(() => solve(flow, rk4, { ...options, save, resume: resume! })).toThrow(/checkpoint must be of this run/);
    expect(() => solve(flow, rk4, { ...options, events: [], resume: resume! })).toThrow(/0 events/);
  });

  test("is refused in a time that depends on the state", () => {
    const checkpoint = { due: () => true, take: () => {} };
    const time = sundman({ offset: 3, size: 1 });
    expect(() => solve(flow, rk4, { ...options, time, checkpoint })).toThrow(/has no checkpoints/);
  });
});
