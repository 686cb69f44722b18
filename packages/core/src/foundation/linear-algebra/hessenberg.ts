import { transpose } from "./basic.js";
import { columnOf, type Reflector, reflectColumns, reflectorInPlace, reflectRows } from "./householder.js";
import { productOfReflectors } from "./panel.js";

/**
 * t ← qᵀ·t·q upper Hessenberg, by Householder reflections from the first column on.
 * @param t d×d, overwritten
 * @returns qᵀ, d×d, when wanted
 * @cost O(10d³/3) without, O(14d³/3) with qᵀ
 */
export function hessenberg(t: Float64Array, d: number, wanted: boolean): Float64Array | undefined {
  const scratch = new Float64Array(d);
  const reflectors: Reflector[] = [];
  for (let k = 0; k < d - 2; k++) {
    const reflector = reflectorInPlace(columnOf(t, d, k, k + 1, d));
    const { v, factor, image } = reflector;
    reflectors.push(reflector);
    t[(k + 1) * d + k] = image;
    for (let i = k + 2; i < d; i++) t[i * d + k] = 0;
    reflectRows(t, d, k + 1, k + 1, d, v, factor, scratch);
    reflectColumns(t, d, 0, d, k + 1, v, factor);
  }
  if (!wanted) return undefined;
  return transpose(productOfReflectors(reflectors, 1, d, d), d, d);
}
