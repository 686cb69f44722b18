import type { FieldOutput, PointBatch } from "../foundation/backend/index.js";
import type { WeightedPoints } from "../foundation/shapes/index.js";

/** One system of an ensemble with its part of an output. */
export interface BatchSystem {
  readonly points: WeightedPoints;
  readonly out: FieldOutput;
}

interface Known {
  readonly field: Float64Array;
  readonly size: number;
  readonly systems: readonly BatchSystem[];
}

/** Views of the systems of a batch, made once per array of points, so that a drift allocates nothing. */
export function batchSystems(): (batch: PointBatch, field: Float64Array) => readonly BatchSystem[] {
  const known = new WeakMap<Float64Array, Known>();
  return ({ count, m, d, points, weights, positions }, field) => {
    const size = m * d;
    const before = known.get(points);
    if (before?.field === field && before.size === size) return before.systems;
    const shared = { m, d, weights, ...(positions && { positions }) };
    const part = (array: Float64Array, k: number) => array.subarray(k * size, (k + 1) * size);
    const systems = Array.from({ length: count }, (_, k) => ({
      points: { ...shared, points: part(points, k) },
      out: { field: part(field, k) },
    }));
    known.set(points, { field, size, systems });
    return systems;
  };
}
