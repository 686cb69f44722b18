import { describe, expect, test } from "vitest";
import { InputError } from "../foundation/errors/index.js";
import { momentsOf } from "../foundation/law/index.js";
import { matMulNT } from "../foundation/linear-algebra/index.js";
import { randomMatrix } from "../foundation/random/index.js";
import { euclidean } from "../geometry/euclidean/index.js";
import { sphere } from "../geometry/sphere/index.js";
import type { Law, PointCloud } from "../laws/contract.js";
import type { ObservableContext, ObservablePlugin } from "./contract.js";
import { bindObservable } from "./shared/bind-observable.js";
import { testModel, unitCloud } from "./shared/test-model.test-helper.js";

const modules = import.meta.glob("./*/index.ts", { eager: true }) as Record<string, Record<string, unknown>>;

const camel = (name: string): string => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

const members = Object.entries(modules).map(([file, module]) => {
  const folder = file.split("/")[1]!;
  return { folder, plugin: module[camel(folder)] as ObservablePlugin };
});

const kinds: readonly Law["kind"][] = ["point-cloud", "gaussian"];

/** A law of each kind, on the sphere where it is a cloud. */
const lawOf = (kind: Law["kind"], n: number, d: number): Law => {
  const cloud = unitCloud(n, d, 3);
  return kind === "point-cloud" ? cloud : momentsOf(cloud);
};

const contextOf = (law: Law, geometry = sphere): ObservableContext => ({
  model: testModel(law.d, { geometry }),
  kind: law.kind,
  d: law.d,
  ...(law.kind === "point-cloud" ? { n: law.m } : {}),
});

const bind = (plugin: ObservablePlugin, law: Law, geometry = sphere) =>
  bindObservable(plugin, plugin.params.parse({}), contextOf(law, geometry));

function measure(plugin: ObservablePlugin, law: Law, geometry = sphere): Float64Array {
  const bound = bind(plugin, law, geometry);
  const out = new Float64Array(bound.shape.reduce((size, length) => size * length, 1)).fill(Number.NaN);
  bound.measure(0.5, law, out);
  return out;
}

/** Rounding of values of size one, summed over a few hundred pairs. */
const slack = 1e-11;

function expectClose(found: Float64Array, reference: Float64Array): void {
  expect(found).toHaveLength(reference.length);
  found.forEach((value, k) => {
    expect(Math.abs(value - reference[k]!)).toBeLessThan(slack * (1 + Math.abs(reference[k]!)));
  });
}

test("there are members", () => {
  expect(members.length).toBeGreaterThan(0);
});

describe.each(members)("observable $folder", ({ folder, plugin }) => {
  const offered = kinds.filter((kind) => plugin.of.includes(kind));

  test("says what it is", () => {
    expect(plugin.name).toBe(folder);
    expect(offered.length).toBeGreaterThan(0);
    for (const text of [plugin.doc, plugin.source, plugin.unit]) expect(text.trim().length).toBeGreaterThan(0);
    expect(plugin.params.safeParse({ "no-such-parameter": 1 }).success).toBe(false);
    const bound = bind(plugin, lawOf(offered[0]!, 5, 3));
    expect(bound.unit).toBe(plugin.unit);
    expect(bound.doc.length).toBeGreaterThan(0);
  });

  test.each([
    [1, 1],
    [1, 3],
    [2, 1],
    [9, 3],
    [4, 7],
  ])("fills its shape with finite numbers: n = %i, d = %i, on both geometries", (n, d) => {
    for (const kind of offered) {
      for (const geometry of [sphere, euclidean]) {
        expect(measure(plugin, lawOf(kind, n, d), geometry).every(Number.isFinite)).toBe(true);
      }
    }
  });

  test("measures the same twice and leaves the law alone", () => {
    for (const kind of offered) {
      const law = lawOf(kind, 9, 3);
      const before = structuredClone(law);
      const bound = bind(plugin, law);
      const size = bound.shape.reduce((product, length) => product * length, 1);
      const [first, second] = [new Float64Array(size), new Float64Array(size).fill(7)];
      bound.measure(0.5, law, first);
      bound.measure(0.5, law, second);
      expect(second).toEqual(first);
      expect(law).toEqual(before);
    }
  });

  test("measures every system of an ensemble as it measures it alone, bit for bit", () => {
    const [count, n, d] = [3, 9, 3];
    const clouds = Array.from({ length: count }, (_, k) => unitCloud(n, d, 5 + k));
    const bound = bind(plugin, lawOf(offered[0]!, n, d));
    if (bound.measureEach === undefined) return;
    const size = bound.shape.reduce((product, length) => product * length, 1);
    const wanted = clouds.flatMap((cloud) => {
      const out = new Float64Array(size);
      bound.measure(0.5, cloud, out);
      return [...out];
    });
    const points = Float64Array.from(clouds.flatMap((cloud) => [...cloud.points]));
    const got = new Float64Array(count * size).fill(Number.NaN);
    bound.measureEach(0.5, { ...clouds[0]!, count, points }, got);
    expect([...got]).toEqual(wanted);
  });

  test("does not see the order of the tokens (no mask)", () => {
    if (!plugin.of.includes("point-cloud")) return;
    const [n, d] = [9, 3];
    const cloud = lawOf("point-cloud", n, d) as PointCloud;
    const points = new Float64Array(n * d);
    for (let i = 0; i < n; i++) points.set(cloud.points.subarray(i * d, i * d + d), ((4 * i + 2) % n) * d);
    expectClose(measure(plugin, { ...cloud, points }), measure(plugin, cloud));
  });

  test("does not see a rotation, unless its shape speaks of coordinates (Q = K = V = I)", () => {
    const shapes = [3, 4].map((d) => bind(plugin, lawOf(offered[0]!, 9, d)).shape.join());
    if (shapes[0] !== shapes[1] || !plugin.of.includes("point-cloud")) return;
    const cloud = lawOf("point-cloud", 9, 3) as PointCloud;
    const points = new Float64Array(27);
    matMulNT(cloud.points, randomMatrix("orthogonal", 3, 3, 1, 2), 9, 3, 3, points);
    expectClose(measure(plugin, { ...cloud, points }), measure(plugin, cloud));
  });

  test("refuses a level of another kind, in words", () => {
    for (const kind of kinds) {
      if (plugin.of.includes(kind)) continue;
      const law = lawOf(kind, 4, 2);
      const attempt = () => bind(plugin, law);
      expect(attempt).toThrow(InputError);
      expect(attempt).toThrow(`observable ${folder}: measures ${plugin.of.join(", ")}, got a level of`);
    }
  });
});
