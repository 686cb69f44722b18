import { describe, expect, test } from "vitest";
import { type Backend, createReferenceBackend } from "../../foundation/backend/index.js";
import {
  type BlockTeam,
  blockSize,
  computeTeamBlock,
  type Experiment,
  experiment,
  type RunCheckpoint,
  type RunOptions,
  runExperiment,
  type TeamBlock,
} from "../index.js";
import { mergeActivities } from "./team.js";

const drawn = {
  model: { attention: { softmax: { beta: 2 } }, geometry: "sphere" },
  initial: { "uniform-sphere": { d: 3, n: 5, seed: 4 } },
  levels: { layers: { L: 8 }, particles: {} },
  // Five blocks, the last one short.
  solve: { span: [0, 2], method: "rk4", steps: { fixed: { dt: 0.25 } }, repeats: 4 * blockSize + 3 },
  observe: { "mean-overlap": { every: 0.5 } },
};

/** The same with noise, which no stack takes. */
const noisy = {
  ...drawn,
  model: { ...drawn.model, noise: { independent: { sigma: 0.4 } } },
  solve: { ...drawn.solve, method: "euler-maruyama" },
};

/** The reference, which counts what it is asked. */
function counting(): Backend {
  const reference = createReferenceBackend();
  let evaluations = 0;
  return {
    ...reference,
    field(kernel, source, queries, visibility, out) {
      evaluations++;
      return reference.field(kernel, source, queries, visibility, out);
    },
    activity() {
      const summation = [{ method: "direct", evaluations, bound: 0, fallBacks: 0 }];
      evaluations = 0;
      return { summation, notices: [] };
    },
  };
}

/** How a member behaves: which blocks it takes at once, and which of these it ever finishes. */
interface Habits {
  takes(block: number): boolean;
  finishes(block: number): boolean;
}

/** A team of one other member, who is asked only when somebody looks. */
function teamOf({ takes, finishes }: Habits, other: Experiment): BlockTeam {
  return {
    open(level, blocks, taken) {
      const free = Array.from({ length: blocks }, (_, k) => k).filter((block) => !taken.includes(block));
      const theirs = new Set(free.filter(takes));
      const mine = new Set<number>();
      const given = new Set<number>();
      return {
        claim(block) {
          if (taken.includes(block) || theirs.has(block) || mine.has(block)) return false;
          mine.add(block);
          return true;
        },
        isFinished: (block) => given.has(block),
        collect() {
          const ready = [...theirs].filter((block) => finishes(block) && !given.has(block));
          for (const block of ready) given.add(block);
          return ready.map((block) => computeTeamBlock(other, level, block, { aborted: false })!);
        },
        close: () => undefined,
      };
    },
  };
}

const even = (block: number) => block % 2 === 0;
const always = () => true;
const never = () => false;

describe.each([
  ["tokens that are drawn", drawn, 7],
  ["tokens with noise", noisy, 311],
])("a team of an ensemble of %s", (_of, document, stride) => {
  const bind = () => experiment(document, { backends: [counting()] });
  const run = (options: RunOptions = {}) => runExperiment(bind(), options);
  const alone = run();

  test.each<readonly [string, Habits]>([
    ["takes every second block", { takes: even, finishes: always }],
    ["takes all but the first", { takes: always, finishes: always }],
    ["takes the last one, the short one", { takes: (block) => block === 4, finishes: always }],
    ["takes blocks and never finishes them", { takes: even, finishes: never }],
    ["takes blocks and finishes some", { takes: always, finishes: (block) => block > 2 }],
    ["takes none", { takes: never, finishes: never }],
  ])("that %s leaves result and activity as they are", (_name, habits) => {
    expect(run({ team: teamOf(habits, bind()) })).toStrictEqual(alone);
  });

  test("a checkpoint holds what others have finished; with or without them the run goes on to the same end", () => {
    const habits = { takes: (block: number) => block > 2, finishes: always };
    let asked = 0;
    let most = 0;
    for (let at = 1; ; at += stride) {
      const cancel = { aborted: false };
      let kept: RunCheckpoint | undefined;
      asked = 0;
      const due = () => {
        cancel.aborted ||= ++asked === at;
        return false;
      };
      const take = (one: RunCheckpoint) => {
        kept = structuredClone(one);
      };
      run({ cancel, checkpoint: { due, take }, team: teamOf(habits, bind()) });
      if (asked < at) break;
      most = Math.max(most, kept!.ensemble?.ahead.length ?? 0);
      for (const team of [{}, { team: teamOf({ takes: even, finishes: always }, bind()) }]) {
        const { levels } = run({ resume: kept!, ...team });
        expect(levels).toStrictEqual(alone.levels);
      }
    }
    // Both blocks of the other member, while one of the first three is under way.
    expect(most).toBe(2);
  });

  test("an error of a member ends the run", () => {
    const team: BlockTeam = {
      open: () => ({
        claim: never,
        isFinished: never,
        collect: (): readonly TeamBlock[] => {
          throw new Error("a member was lost");
        },
        close: () => undefined,
      }),
    };
    expect(() => run({ team })).toThrow(/a member was lost/);
  });

  test("activities add up, in the order of the methods' names, whoever did what", () => {
    const row = (method: string, evaluations: number, bound: number) => ({ method, evaluations, bound, fallBacks: 1 });
    const a = { summation: [row("fourier", 2, 1e-9), row("direct", 1, 0)], notices: ["slow"] };
    const left = { ...row("direct", 3, 0), by: "reference" };
    const b = { summation: [left, row("direct", 5, 0)], notices: ["slow", "lost"] };
    const sum = {
      summation: [
        { method: "direct", evaluations: 6, bound: 0, fallBacks: 2 },
        { method: "direct", by: "reference", evaluations: 3, bound: 0, fallBacks: 1 },
        { method: "fourier", evaluations: 2, bound: 1e-9, fallBacks: 1 },
      ],
      notices: ["slow", "lost"],
    };
    expect(mergeActivities([a, b, {}])).toEqual(sum);
    expect(mergeActivities([{}])).toEqual({});
  });
});
