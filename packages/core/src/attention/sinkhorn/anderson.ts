/** Differences of residuals and of images that an accelerated iteration remembers. */
interface Memory {
  readonly residuals: Float64Array[];
  readonly images: Float64Array[];
}

/** A column that the others explain up to this part of itself says nothing new. */
const dependent = 1e-10;

/**
 * Anderson's acceleration of g ← T(g): the combination of the last images whose residuals T(g) − g, combined the same
 * way, are least in the norm of `weights`. For a linear T it is GMRES.
 *
 * @param weights w ≥ 0, [m]
 * @param depth how many differences are remembered
 * @cost m·depth² multiply-adds an iterate, memory 2·m·depth
 * @source derived (least squares on the last residuals)
 */
export function anderson(weights: Float64Array, depth: number) {
  const memory: Memory = { residuals: [], images: [] };
  let last: { residual: Float64Array; image: Float64Array } | undefined;
  const inner = (a: Float64Array, b: Float64Array) => {
    let sum = 0;
    for (let j = 0; j < a.length; j++) sum += weights[j]! * a[j]! * b[j]!;
    return sum;
  };
  const subtract = (target: Float64Array, factor: number, from: Float64Array) => {
    for (let j = 0; j < target.length; j++) target[j]! -= factor * from[j]!;
  };
  return {
    /** Forgets everything: after a step that did not help. */
    restart() {
      last = undefined;
      memory.residuals.length = 0;
      memory.images.length = 0;
    },
    /** The next iterate from g and T(g). */
    next(g: Float64Array, image: Float64Array): Float64Array {
      const residual = image.map((value, j) => value - g[j]!);
      if (last !== undefined) {
        memory.residuals.push(residual.map((value, j) => value - last!.residual[j]!));
        memory.images.push(image.map((value, j) => value - last!.image[j]!));
        if (memory.residuals.length > depth) {
          memory.residuals.shift();
          memory.images.shift();
        }
      }
      last = { residual, image: image.slice() };
      return combine(memory, residual, image, inner, subtract);
    },
  };
}

/** image − Σγ_k ΔT_k with γ from least squares by Gram–Schmidt, the newest difference first. */
function combine(
  { residuals, images }: Memory,
  residual: Float64Array,
  image: Float64Array,
  inner: (a: Float64Array, b: Float64Array) => number,
  subtract: (target: Float64Array, factor: number, from: Float64Array) => void,
): Float64Array {
  const out = image.slice();
  const rest = residual.slice();
  const basis: { direction: Float64Array; image: Float64Array; square: number }[] = [];
  for (let k = residuals.length - 1; k >= 0; k--) {
    const direction = residuals[k]!.slice();
    const moved = images[k]!.slice();
    const before = inner(direction, direction);
    for (const one of basis) {
      const factor = inner(direction, one.direction) / one.square;
      subtract(direction, factor, one.direction);
      subtract(moved, factor, one.image);
    }
    const square = inner(direction, direction);
    if (!(square > dependent * dependent * before)) continue;
    basis.push({ direction, image: moved, square });
    const factor = inner(rest, direction) / square;
    subtract(rest, factor, direction);
    subtract(out, factor, moved);
  }
  return out;
}
