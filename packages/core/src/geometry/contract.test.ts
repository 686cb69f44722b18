import { describe, expect, test } from "vitest";
import { normals } from "../../test/helpers/arrays.js";
import { expectCatalog, expectSelfDescribing, membersOf } from "../../test/helpers/family.js";
import { distanceMax } from "../../test/helpers/slope.js";
import { InputError } from "../foundation/errors/index.js";
import { geometryCatalog } from "./catalog.js";
import type { Geometry } from "./contract.js";

const members = membersOf<Geometry>(import.meta.glob("./*/index.ts", { eager: true }));
const [n, d] = [9, 4];

test("the catalog holds exactly the folders", () => expectCatalog(geometryCatalog, members));

describe.each(members)("geometry $folder", (member) => {
  const geometry = member.plugin;
  const onIt = () => {
    const x = normals(n * d, 3);
    geometry.retract(x, n, d);
    return x;
  };

  test("says what it is", () => {
    expectSelfDescribing(member);
    expect(geometry.dimension(d)).toBe(geometry.flat ? d : d - 1);
  });

  test("the retraction lands on the manifold and leaves it alone", () => {
    const x = onIt();
    expect(() => geometry.check(x, n, d)).not.toThrow();
    const again = x.slice();
    geometry.retract(again, n, d);
    // One division by a length that is 1 to two ulp.
    expect(distanceMax(again, x)).toBeLessThan(1e-15);
  });

  test("the tangent projection is a projection, linear and symmetric", () => {
    const x = onIt();
    const project = (v: Float64Array) => {
      const out = v.slice();
      geometry.tangent(x, out, n, d);
      return out;
    };
    const [u, v] = [normals(n * d, 4), normals(n * d, 5)];
    const [pu, pv] = [project(u), project(v)];
    const inner = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
    // Sums of 36 products of size one.
    expect(distanceMax(project(pu), pu)).toBeLessThan(1e-14);
    expect(Math.abs(inner(pu, v) - inner(u, pv))).toBeLessThan(1e-13);
    expect(
      distanceMax(
        project(u.map((value, i) => value - 2 * v[i]!)),
        pu.map((value, i) => value - 2 * pv[i]!),
      ),
    ).toBeLessThan(1e-13);
  });

  test("the retraction of a tangent step agrees with the step to second order", () => {
    const x = onIt();
    const v = normals(n * d, 6);
    geometry.tangent(x, v, n, d);
    const gap = (h: number) => {
      const moved = x.map((value, i) => value + h * v[i]!);
      geometry.retract(moved, n, d);
      return distanceMax(
        moved,
        x.map((value, i) => value + h * v[i]!),
      );
    };
    // Exactly 0 in R^d; |v|²h²/2 with |v|² up to 10 on the sphere.
    expect(gap(1e-3)).toBeLessThan(1e-5);
  });

  test("the distance is a metric, and to first order the length of a tangent step", () => {
    const x = onIt();
    const row = (i: number) => x.slice(i * d, i * d + d);
    for (let i = 0; i < n; i++) {
      expect(geometry.distance(row(i), row(i))).toBe(0);
      for (let j = 0; j < n; j++) {
        expect(geometry.distance(row(i), row(j))).toBeCloseTo(geometry.distance(row(j), row(i)), 14);
        for (let k = 0; k < n; k++) {
          const around = geometry.distance(row(i), row(k)) + geometry.distance(row(k), row(j));
          expect(geometry.distance(row(i), row(j))).toBeLessThanOrEqual(around + 1e-14);
        }
      }
    }
    const v = normals(d, 7);
    geometry.tangent(row(0), v, 1, d);
    const h = 1e-4;
    const moved = row(0).map((value, a) => value + h * v[a]!);
    geometry.retract(moved, 1, d);
    // Third-order term h²|v|²/3 relative, |v|² below 10.
    expect(Math.abs(geometry.distance(row(0), moved) / (h * Math.hypot(...v)) - 1)).toBeLessThan(1e-7);
  });

  test("refuses points that are not on it, naming the point", () => {
    if (geometry.flat) return;
    const x = onIt();
    x[5]! += 0.01;
    expect(() => geometry.check(x, n, d)).toThrow(InputError);
    try {
      geometry.check(x, n, d);
    } catch (error) {
      expect(error).toMatchObject({ code: "off-manifold", path: [1], details: { index: 1 } });
    }
  });
});

test("sphere: antipodes are π apart and a right angle is π/2", () => {
  const sphere = geometryCatalog.find((one) => one.name === "sphere")!;
  expect(sphere.distance(Float64Array.of(1, 0), Float64Array.of(-1, 0))).toBe(Math.PI);
  expect(sphere.distance(Float64Array.of(1, 0), Float64Array.of(0, 1))).toBeCloseTo(Math.PI / 2, 15);
});
