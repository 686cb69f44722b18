import { type LinearAlgebra, requireTall } from "@meanfield/core/foundation/linear-algebra";
import { integer, leading, requireFiniteResult, withWorkspace } from "./call.js";
import type { Routines } from "./load.js";

/** Makes diag r ≥ 0 by turning columns of q and rows of r around. */
function turnAround(q: Float64Array, r: Float64Array, m: number, n: number): void {
  const turned = Array.from({ length: n }, (_, i) => r[i * n + i]! < 0);
  for (let i = 0; i < n; i++) if (turned[i]) for (let j = i; j < n; j++) r[i * n + j] = -r[i * n + j]!;
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) if (turned[j]) q[i * n + j] = -q[i * n + j]!;
}

/**
 * Thin QR as the LQ factorisation (dgelqf, dorglq) of the column-major transpose: nothing is transposed.
 * @cost O(4m·n²) in the library
 * @accuracy ‖a − q·r‖ ≤ 10·n·eps·‖a‖ (the contract suite)
 */
export function qrOf({ dgelqf, dorglq }: Routines): LinearAlgebra["qr"] {
  return (a, m, n) => {
    requireTall("qr", a, m, n);
    const q = a.slice();
    const r = new Float64Array(n * n);
    if (n === 0) return { q, r };
    const tau = new Float64Array(n);
    const [rows, columns] = [integer(n), integer(m)];
    withWorkspace((work, length, info) => dgelqf(rows, columns, q, leading(n), tau, work, length, info));
    for (let i = 0; i < n; i++) r.set(q.subarray(i * n + i, i * n + n), i * n + i);
    withWorkspace((work, length, info) => dorglq(rows, columns, rows, q, leading(n), tau, work, length, info));
    requireFiniteResult("qr", r);
    turnAround(q, r, m, n);
    return { q, r };
  };
}
