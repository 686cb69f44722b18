import type { PerceptronLayer } from "@meanfield/core/foundation/backend";
import { declined } from "../shared/declined.js";
import { decline, type Engine, place, placeScratch, runJob } from "./engine.js";
import { emptyJob, jobBytes, jobFlag, jobWeight } from "./job.js";

/** What the kernels want the arguments of an activation multiplied by: they compute 2^x, not e^x. */
const unit = { relu: 1, tanh: 2 * Math.LOG2E, sigmoid: Math.LOG2E, silu: Math.LOG2E, linear: 1 } as const;

/** Greater numbers than this leave no room in float32. */
const largest = { f32: 1e17, f64: 1e150 } as const;

/**
 * out_i += factor · Σ_j σ(a_j·x_i + bias_j) o_j by the kernels of attention: units are keys, and their outputs what is
 * summed.
 * @returns false, with nothing written, for numbers beyond the range of the precision
 * @throws MemoryRefused
 */
export function createPerceptron(engine: Engine) {
  const job = emptyJob();
  return (layer: PerceptronLayer, points: Float64Array, n: number, factor: number, out: Float64Array): boolean => {
    const { width, activation } = layer;
    if (n === 0 || width === 0) return true;
    const d = points.length / n;
    const arena = engine.arena();
    const { pairs, wide } = engine.kernels();
    arena.reset();
    const at = arena.take(jobBytes);
    const scale = unit[activation];
    const placed = (values: Float64Array, length: number): number => {
      const from = place(arena, values, length);
      const memory = arena.wide();
      if (scale !== 1) for (let k = from / 8; k < from / 8 + length; k++) memory[k]! *= scale;
      return from;
    };
    const inputs = placed(layer.input, width * d);
    const biases = placed(layer.bias, width);
    const outputs = place(arena, layer.output, width * d);
    job.points = place(arena, points, n * d);
    for (const [from, rows] of [
      [inputs, width],
      [outputs, width],
      [job.points, n],
    ] as const) {
      if (!(wide.largestMagnitude(from, rows * d) <= largest[engine.precision])) return decline(engine, declined.range);
    }
    job.d = d;
    job.keys = width;
    job.keyStride = width;
    job.queries = n;
    job.heads = 1;
    job.flags = jobFlag.field | jobFlag.layer;
    job.weight = jobWeight[activation];
    job.y = arena.take(engine.size * width * d);
    job.bias = arena.take(engine.size * width);
    job.transposed = arena.take(engine.size * width * d);
    job.field = arena.take(8 * n * d);
    pairs.narrowKeys(inputs, job.y, width * d, 0);
    pairs.narrowKeys(biases, job.bias, width, 0);
    pairs.transposeKeys(outputs, job.transposed, width, d, width);
    runJob(engine, job, at, 1, placeScratch(engine, job));
    const memory = arena.wide();
    for (let k = 0; k < n * d; k++) out[k]! += factor * memory[job.field / 8 + k]!;
    return true;
  };
}
