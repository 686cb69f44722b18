import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { defect, distance, gaussian, times } from "../../../test/helpers/matrices.js";
import { InputError } from "../errors/index.js";
import goldens from "./goldens-functions.json" with { type: "json" };
import {
  expm,
  frobeniusNorm,
  identity,
  logAbsDet,
  logm,
  matMulNT,
  matMulTN,
  polar,
  principalAngles,
  procrustes,
  psdSqrt,
  qr,
  rotationLog,
} from "./index.js";

const cases = { seed: 20240607, numRuns: 60 };
const sizes = fc.integer({ min: 1, max: 20 });
const seeds = fc.integer({ min: 0, max: 2 ** 31 });

/** A random rotation: orthogonal with determinant +1. */
function rotation(d: number, seed: number): Float64Array {
  const { q } = qr(gaussian(d, d, seed), d, d);
  if (logAbsDet(q, d).sign < 0) for (let i = 0; i < d; i++) q[i * d] = -q[i * d]!;
  return q;
}

function conjugate(basis: Float64Array, block: Float64Array, d: number): Float64Array {
  const out = new Float64Array(d * d);
  matMulNT(times(basis, block, d, d, d), basis, d, d, d, out);
  return out;
}

/** Plane rotations by the given angles in the planes (0, 1), (2, 3), … */
function planes(angles: readonly number[], d: number): Float64Array {
  const out = identity(d);
  angles.forEach((angle, k) => {
    const at = 2 * k * (d + 1);
    out[at] = Math.cos(angle);
    out[at + d + 1] = Math.cos(angle);
    out[at + 1] = -Math.sin(angle);
    out[at + d] = Math.sin(angle);
  });
  return out;
}

describe("rotationLog", () => {
  test("e^K = r with K skew and its angles in [0, π]", () => {
    fc.assert(
      fc.property(sizes, seeds, (d, seed) => {
        const r = rotation(d, seed);
        const k = rotationLog(r, d);
        // A few reflections of eps each, doubled by the squarings of expm.
        expect(distance(expm(k, d), r)).toBeLessThanOrEqual(1e-13 * Math.sqrt(d));
        expect(
          distance(
            k,
            k.map((_, l) => -k[(l % d) * d + Math.floor(l / d)]!),
          ),
        ).toBe(0);
        // Each plane adds 2·angle² ≤ 2π².
        expect(frobeniusNorm(k) ** 2).toBeLessThanOrEqual(Math.PI ** 2 * d * (1 + 1e-12));
      }),
      cases,
    );
  });

  test.each([
    ["tiny", [1e-9, 1e-5]],
    ["equal", [0.7, 0.7]],
    ["one plane by π", [Math.PI, 0.5]],
    ["both by π", [Math.PI, Math.PI]],
    ["near π", [Math.PI - 1e-9, Math.PI - 1e-4]],
    ["none", [0, 0]],
  ] as const)("known angles: %s", (_name, angles) => {
    const d = 5;
    const r = conjugate(rotation(d, 7), planes(angles, d), d);
    const k = rotationLog(r, d);
    expect(distance(expm(k, d), r)).toBeLessThanOrEqual(1e-14 * d);
    const expected = Math.sqrt(2) * Math.hypot(...angles);
    // The angles are known to the rounding of r.
    expect(Math.abs(frobeniusNorm(k) - expected)).toBeLessThanOrEqual(1e-13);
  });

  test("logm and SciPy agree away from π; reflections are refused", () => {
    const { d } = goldens;
    const k = rotationLog(Float64Array.from(goldens.rotation), d);
    expect(distance(k, Float64Array.from(goldens.rotationLog))).toBeLessThanOrEqual(1e-14 * d);
    expect(distance(k, logm(Float64Array.from(goldens.rotation), d))).toBeLessThanOrEqual(1e-14 * d);
    expect(() => rotationLog(Float64Array.of(-1), 1)).toThrow(/reflection/);
    expect(() => rotationLog(Float64Array.of(1, 0.1, 0, 1), 2)).toThrow(InputError);
    expect(rotationLog(Float64Array.of(1), 1)[0]).toBe(0);
    expect(rotationLog(new Float64Array(0), 0).length).toBe(0);
  });
});

describe("polar", () => {
  test("a = u·h; h is the root of aᵀa", () => {
    fc.assert(
      fc.property(sizes, seeds, (d, seed) => {
        const a = gaussian(d, d, seed);
        const { orthogonal, psd } = polar(a, d);
        expect(distance(times(orthogonal, psd, d, d, d), a)).toBeLessThanOrEqual(1e-14 * d * frobeniusNorm(a));
        expect(defect(orthogonal, d, d)).toBeLessThanOrEqual(1e-13);
        const gram = new Float64Array(d * d);
        matMulTN(a, a, d, d, d, gram);
        // Small eigenvalues of aᵀa are lost to eps·‖a‖², so its root to the square root of that.
        expect(distance(psdSqrt(gram, d).sqrt, psd)).toBeLessThanOrEqual(1e-7 * frobeniusNorm(a));
      }),
      cases,
    );
  });
});

describe("procrustes", () => {
  test("finds the map that moved the points; no small change does better", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), seeds, (d, seed) => {
        const n = d + 4;
        const a = gaussian(n, d, seed);
        const truth = rotation(d, seed + 1);
        const b = new Float64Array(n * d);
        matMulNT(a, truth, n, d, d, b);
        const found = procrustes(a, b, n, d);
        // Condition of the cross product, below 1e3 with these n.
        expect(distance(found.orthogonal, truth)).toBeLessThanOrEqual(1e-12);
        const noisy = b.map((value, k) => value + a[(k * 7) % (n * d)]!);
        for (const choice of [{}, { rotation: true }]) {
          const best = procrustes(a, noisy, n, d, choice);
          expect(defect(best.orthogonal, d, d)).toBeLessThanOrEqual(1e-13);
          if ("rotation" in choice) expect(logAbsDet(best.orthogonal, d).sign).toBe(1);
          const skew = gaussian(d, d, seed + 2);
          const turn = expm(
            skew.map((value, k) => 1e-3 * (value - skew[(k % d) * d + Math.floor(k / d)]!)),
            d,
          );
          const image = new Float64Array(n * d);
          matMulNT(a, times(turn, best.orthogonal, d, d, d), n, d, d, image);
          expect(frobeniusNorm(image.map((value, k) => value - noisy[k]!))).toBeGreaterThanOrEqual(
            best.residual * (1 - 1e-12),
          );
        }
      }),
      cases,
    );
  });

  test("a reflection is found, or paid for; SciPy", () => {
    const points = Float64Array.of(1, 0, 0, 2, 3, 1);
    const mirrored = points.map((value, k) => (k % 2 === 0 ? -value : value));
    const free = procrustes(points, mirrored, 3, 2);
    expect(distance(free.orthogonal, Float64Array.of(-1, 0, 0, 1))).toBeLessThanOrEqual(1e-14);
    expect(free.residual).toBeLessThanOrEqual(1e-13);
    expect(procrustes(points, mirrored, 3, 2, { rotation: true }).residual).toBeGreaterThan(1);
    const { d } = goldens;
    const { orthogonal } = procrustes(Float64Array.from(goldens.general), Float64Array.from(goldens.right), d, d);
    // Gap of the two smallest singular values times eps.
    expect(distance(orthogonal, Float64Array.from(goldens.procrustes))).toBeLessThanOrEqual(1e-12);
  });
});

describe("principalAngles", () => {
  test.each([1e-15, 1e-12, 1e-8, 1e-3, 0.5, Math.PI / 4, 1.2, Math.PI / 2 - 1e-9, Math.PI / 2])(
    "a plane turned by %d",
    (angle) => {
      const d = 6;
      const basis = rotation(d, 3);
      const turned = times(basis, planes([0, 0, 0], d), d, d, d);
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      const a = Float64Array.from({ length: 2 * d }, (_, k) => basis[Math.floor(k / 2) * d + (k % 2)]!);
      const b = Float64Array.from({ length: 2 * d }, (_, k) => {
        const i = Math.floor(k / 2);
        return k % 2 === 0 ? turned[i * d]! : c * turned[i * d + 1]! + s * turned[i * d + 2]!;
      });
      const { angles, first, second } = principalAngles(a, b, d, 2, 2);
      // Rounding of the bases; the cosine alone would lose everything below 1e-8.
      expect(Math.abs(angles[0]!)).toBeLessThanOrEqual(1e-14);
      expect(Math.abs(angles[1]! - angle)).toBeLessThanOrEqual(1e-14);
      const overlap = new Float64Array(4);
      matMulTN(first, second, 2, d, 2, overlap);
      expect(distance(overlap, Float64Array.of(1, 0, 0, c))).toBeLessThanOrEqual(1e-14);
    },
  );

  test("symmetric, invariant under rotations and bases; SciPy", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 12 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 4 }),
        seeds,
        (d, p0, q0, seed) => {
          const [p, q] = [Math.min(p0, d), Math.min(q0, d)];
          const [a, b] = [gaussian(d, p, seed), gaussian(d, q, seed + 1)];
          const { angles } = principalAngles(a, b, d, p, q);
          expect(angles.length).toBe(Math.min(p, q));
          expect([...angles]).toEqual([...angles].sort((x, y) => x - y));
          const r = rotation(d, seed + 2);
          const moved = principalAngles(times(r, b, d, d, q), times(r, a, d, d, p), d, q, p);
          // The condition of the random bases, below 1e3.
          expect(distance(moved.angles, angles)).toBeLessThanOrEqual(1e-11);
        },
      ),
      cases,
    );
    const { d } = goldens;
    const a = Float64Array.from({ length: 2 * d }, (_, k) => goldens.general[Math.floor(k / 2) * d + (k % 2)]!);
    const b = Float64Array.from({ length: 3 * d }, (_, k) => goldens.b[Math.floor(k / 3) * d + (k % 3)]!);
    expect(distance(principalAngles(a, b, d, 2, 3).angles, Float64Array.from(goldens.angles))).toBeLessThanOrEqual(
      1e-13,
    );
    expect(() => principalAngles(Float64Array.of(1, 2, 2, 4), identity(2), 2, 2, 2)).toThrow(InputError);
    expect(principalAngles(new Float64Array(0), identity(2), 2, 0, 2).angles.length).toBe(0);
  });
});
