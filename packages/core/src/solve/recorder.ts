import type { RecorderState } from "./checkpoint.js";
import type { Save } from "./options.js";
import type { Step } from "./step.js";
import type { Recorded } from "./trajectory.js";

/** Records one observable along a run. */
export interface Recorder {
  /** Takes every due measurement in (t0, t1 ∧ stop]. @returns evaluations spent on dense output */
  during(step: Step, stop: number, workspace: Float64Array): number;
  /** Takes the measurement due at the start. */
  start(t: number, y: Float64Array): void;
  /** Takes the measurement due at the end, and at the event that ends a run. */
  finish(t: number, y: Float64Array): void;
  recorded(): Recorded;
  state(): RecorderState;
}

export function createRecorder(save: Save, from?: RecorderState): Recorder {
  const { what, when } = save;
  const size = what.shape.reduce((a, b) => a * b, 1);
  const times = when === "end" ? [] : [...when].sort((a, b) => a - b);
  const t: number[] = Array.from(from?.t ?? []);
  const values: Float64Array[] = t.map((_, k) => from!.values.slice(k * size, (k + 1) * size));
  let next = from?.next ?? 0;
  const flat = () => {
    const data = new Float64Array(t.length * size);
    for (const [k, value] of values.entries()) data.set(value, k * size);
    return data;
  };
  const take = (at: number, y: Float64Array) => {
    const value = new Float64Array(size);
    what.measure(at, y, value);
    t.push(at);
    values.push(value);
  };
  return {
    start(at, y) {
      while (next < times.length && times[next]! <= at) {
        if (times[next] === at) take(at, y);
        next++;
      }
    },
    during(step, stop, workspace) {
      let cost = 0;
      while (next < times.length && times[next]! <= stop) {
        cost += step.dense(times[next]!, workspace);
        take(times[next]!, workspace);
        next++;
      }
      return cost;
    },
    finish(at, y) {
      const stoppedEarly = next < times.length;
      if ((when === "end" || stoppedEarly) && t.at(-1) !== at) take(at, y);
    },
    recorded: () => ({ t: Float64Array.from(t), value: { shape: [t.length, ...what.shape], data: flat() } }),
    state: () => ({ t: Float64Array.from(t), values: flat(), next }),
  };
}
