/** Stored numbers of a layer: float32 as published, or float64; arithmetic is float64 either way. */
export type Weights = Float32Array | Float64Array;

/** The affine map x ↦ x·weight + bias on rows. */
export interface Linear {
  readonly dIn: number;
  readonly dOut: number;
  /** Shape [dIn, dOut]. */
  readonly weight: Weights;
  /** Shape [dOut]. */
  readonly bias: Weights;
}

/**
 * x·weight + bias for n rows.
 * @param x shape [n, dIn]
 * @returns shape [n, dOut]
 * @cost O(n·dIn·dOut) time
 * @accuracy float64 arithmetic; equal to the definition within rounding (transformer-block.test.ts)
 * @source derived (definition)
 */
export function applyLinear(layer: Linear, x: Float64Array, n: number): Float64Array {
  const { dIn, dOut, weight, bias } = layer;
  const out = new Float64Array(n * dOut);
  // Four rows of the weight per pass over a row of the result: a quarter of the loads and stores.
  const whole = dIn - (dIn % 4);
  for (let i = 0; i < n; i++) {
    const row = out.subarray(i * dOut, (i + 1) * dOut);
    for (let j = 0; j < dOut; j++) row[j] = bias[j]!;
    for (let k = 0; k < whole; k += 4) addFourRows(row, x, i * dIn + k, weight, k * dOut, dOut);
    for (let k = whole; k < dIn; k++) {
      const factor = x[i * dIn + k]!;
      for (let j = 0; j < dOut; j++) row[j]! += factor * weight[k * dOut + j]!;
    }
  }
  return out;
}

function addFourRows(
  row: Float64Array,
  x: Float64Array,
  at: number,
  weight: Weights,
  from: number,
  dOut: number,
): void {
  const a = x[at]!;
  const b = x[at + 1]!;
  const c = x[at + 2]!;
  const d = x[at + 3]!;
  const second = from + dOut;
  const third = second + dOut;
  const fourth = third + dOut;
  for (let j = 0; j < dOut; j++) {
    row[j]! += a * weight[from + j]! + b * weight[second + j]! + c * weight[third + j]! + d * weight[fourth + j]!;
  }
}
