import { describe, expect, it } from "vitest";
import { ellipsePoints, planeMoments } from "./ellipse.js";
import { ellipsoidFacets, viewFrom } from "./ellipsoid.js";

const view = viewFrom(0.6, 0.4);
const cov = [2, 0.6, -0.3, 0.6, 1, 0.2, -0.3, 0.2, 0.5];
const axes = [Float64Array.from(view.right), Float64Array.from(view.up)] as const;
const seen = planeMoments([0, 0, 0], cov, axes, [0, 0, 0]);

describe("ellipse", () => {
  it("lies where (p − m)ᵀC⁻¹(p − m) is the square of the number of deviations, and is closed", () => {
    const [uu, uv, vv] = [2, -0.7, 0.9];
    const points = ellipsePoints({ mean: [3, -1], uu, uv, vv }, 2);
    const det = uu * vv - uv * uv;
    for (const { u, v } of points) {
      const [a, b] = [u - 3, v + 1];
      // Rounding of a few terms of order 10.
      expect(Math.abs((vv * a * a - 2 * uv * a * b + uu * b * b) / det - 4)).toBeLessThan(1e-12);
    }
    expect(Math.hypot(points[0]!.u - points.at(-1)!.u, points[0]!.v - points.at(-1)!.v)).toBeLessThan(1e-12);
  });

  it("of a singular covariance is a segment", () => {
    for (const { u, v } of ellipsePoints({ mean: [0, 0], uu: 1, uv: 2, vv: 4 }, 1))
      expect(Math.abs(v - 2 * u)).toBeLessThan(1e-12);
  });
});

describe("ellipsoid", () => {
  it("directions of the view are orthonormal", () => {
    const all = [view.right, view.up, view.towards];
    for (const [i, a] of all.entries())
      for (const [j, b] of all.entries())
        expect(Math.abs(a.reduce((sum, entry, k) => sum + entry * b[k]!, 0) - (i === j ? 1 : 0))).toBeLessThan(1e-15);
  });

  it("the facing side covers the shadow: its facets lie in the projected ellipse and add up to its area", () => {
    const facets = ellipsoidFacets(cov, view, 80);
    const det = seen.uu * seen.vv - seen.uv ** 2;
    let area = 0;
    for (const { corners } of facets) {
      for (const { u, v } of corners) {
        const form = (seen.vv * u * u - 2 * seen.uv * u * v + seen.uu * v * v) / det;
        expect(form).toBeLessThan(1 + 1e-12);
      }
      corners.forEach(({ u, v }, i) => {
        const next = corners[(i + 1) % 4]!;
        area += 0.5 * (u * next.v - v * next.u);
      });
    }
    // Facets are flat and inside: less by the square of half a step, (2π/80)²/6 and the rim, about 1 %.
    expect(Math.abs(area / (Math.PI * Math.sqrt(det)) - 1)).toBeLessThan(0.012);
    expect(facets.every(({ light }) => light >= 0 && light <= 1)).toBe(true);
    expect(new Set(facets.map(({ light }) => light.toFixed(1))).size).toBeGreaterThan(5);
  });

  it("of a flat covariance is a disc, of none nothing", () => {
    const flat = ellipsoidFacets([1, 0, 0, 0, 1, 0, 0, 0, 0], view, 24);
    expect(flat.length).toBeGreaterThan(0);
    expect(ellipsoidFacets(new Float64Array(9), view)).toEqual([]);
  });
});
