import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { canonicalJson, toJson } from "./canonical.js";
import { runId } from "./run-id.js";

const sha256 = async (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const backend = { name: "reference", precision: "f64", accuracy: "exact" } as const;
const versions = { "@meanfield/core": "0.1.0" };

describe("canonical JSON", () => {
  it("does not depend on the order of keys, at any depth, and keeps the order of arrays", () => {
    expect(canonicalJson({ b: [2, 1, { z: 1, a: null }], a: "x" })).toBe('{"a":"x","b":[2,1,{"a":null,"z":1}]}');
    expect(canonicalJson({ a: "x", b: [2, 1, { a: null, z: 1 }] })).toBe('{"a":"x","b":[2,1,{"a":null,"z":1}]}');
    expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]));
  });

  it("writes numbers so that they read back the same", () => {
    const numbers = [0.1, 1 / 3, 1e21, 1e-7, 5e-324, Number.MAX_VALUE, -1, 2 ** 53];
    expect(JSON.parse(canonicalJson(numbers))).toEqual(numbers);
    expect(canonicalJson(1.0)).toBe("1");
  });

  it("leaves undefined properties out and refuses what JSON cannot say", () => {
    expect(canonicalJson({ a: undefined, b: 1 })).toBe('{"b":1}');
    expect(() => toJson({ a: [1, Number.NaN] }, "spec")).toThrow(/spec\.a\.1: must be finite .*got NaN/);
    expect(() => toJson({ a: Number.POSITIVE_INFINITY }, "spec")).toThrow(
      expect.objectContaining({ code: "not-finite" }),
    );
    for (const value of [Float64Array.of(1), () => 1, [undefined], 1n, new Map()]) {
      expect(() => toJson(value, "spec")).toThrow(expect.objectContaining({ code: "wrong-type" }));
    }
  });
});

describe("run id", () => {
  const spec = { title: "a", notes: "b", model: { attention: { softmax: { beta: 1 } } }, solve: { seed: 1 } };
  const id = (changed: object, other = {}, installed: Record<string, string> = versions) =>
    runId({ ...spec, ...changed }, { ...backend, ...other }, installed, sha256);

  it("is the start of the SHA-256 of the canonical text", async () => {
    const text =
      '{"backend":{"accuracy":"exact","name":"reference","precision":"f64"},"spec":{"a":1},"versions":{"@meanfield/core":"0.1.0"}}';
    const whole = createHash("sha256").update(text).digest("hex");
    expect(await runId({ a: 1, title: "t" }, backend, versions, sha256)).toBe(whole.slice(0, 16));
  });

  it("does not change with title, notes, the order of keys or the number of threads", async () => {
    const reference = await id({});
    expect(reference).toMatch(/^[0-9a-f]{16}$/);
    expect(await id({ title: "other", notes: undefined })).toBe(reference);
    expect(await runId({ solve: { seed: 1 }, model: spec.model }, backend, versions, sha256)).toBe(reference);
    expect(await id({}, { threads: 16 })).toBe(reference);
  });

  it("changes with everything else", async () => {
    const ids = [
      await id({}),
      await id({ solve: { seed: 2 } }),
      await id({ expect: [{ series: "energy", below: 1 }] }),
      await id({ model: { title: "inner" } }),
      await id({}, { precision: "f32" }),
      await id({}, { accuracy: 1e-6 }),
      await id({}, { name: "wasm" }),
      await id({}, {}, { "@meanfield/core": "0.1.1" }),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });
});
