import type { NdArray } from "@meanfield/core/foundation/shapes";
import { describe, expect, it } from "vitest";
import { readNpy, writeNpy } from "./npy.js";
import { encodeText } from "./text.js";

/** A .npy file made by hand. */
function npy(descr: string, fortran: boolean, shape: string, body: Uint8Array, version = 1): Uint8Array {
  const header = encodeText(
    `{'descr': ${descr}, 'fortran_order': ${fortran ? "True" : "False"}, 'shape': ${shape}, }\n`,
  );
  const length = version === 1 ? [header.length, 0] : [header.length, 0, 0, 0];
  return Uint8Array.from([0x93, ...encodeText("NUMPY"), version, 0, ...length, ...header, ...body]);
}

function numbers(
  bytesEach: number,
  values: readonly number[],
  write: (view: DataView, at: number, value: number) => void,
) {
  const bytes = new Uint8Array(bytesEach * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => {
    write(view, i * bytesEach, value);
  });
  return bytes;
}

const list = (array: NdArray): number[] => Array.from(array.data);

describe("npy", () => {
  it.each([{ shape: [] }, { shape: [4] }, { shape: [2, 3] }, { shape: [2, 0, 3] }, { shape: [2, 3, 4] }])(
    "reads back bit for bit what it wrote: $shape",
    ({ shape }) => {
      const size = shape.reduce((a, b) => a * b, 1);
      const data = Float64Array.from({ length: size }, (_, i) => [-0, 5e-324, Math.PI, -Number.MAX_VALUE][i % 4]!);
      const bytes = writeNpy({ shape, data });
      const read = readNpy(bytes);
      expect(read.shape).toEqual(shape);
      expect(new BigUint64Array(read.data.buffer)).toEqual(new BigUint64Array(data.buffer));
      expect((bytes.length - 8 * size) % 64).toBe(0);
    },
  );

  it("reads every number type in either byte order", () => {
    const cases: [string, number, (view: DataView, at: number, value: number, little: boolean) => void][] = [
      ["i1", 1, (view, at, value) => view.setInt8(at, value)],
      ["i2", 2, (view, at, value, little) => view.setInt16(at, value, little)],
      ["i4", 4, (view, at, value, little) => view.setInt32(at, value, little)],
      ["i8", 8, (view, at, value, little) => view.setBigInt64(at, BigInt(value), little)],
      ["f4", 4, (view, at, value, little) => view.setFloat32(at, value, little)],
      ["f8", 8, (view, at, value, little) => view.setFloat64(at, value, little)],
    ];
    const values = [1, -2, 3, 100];
    for (const [name, bytesEach, write] of cases) {
      for (const order of bytesEach === 1 ? ["|"] : ["<", ">"]) {
        const body = numbers(bytesEach, values, (view, at, value) => write(view, at, value, order === "<"));
        expect(list(readNpy(npy(`'${order}${name}'`, false, "(4,)", body))), order + name).toEqual(values);
      }
    }
    expect(list(readNpy(npy("'|u1'", false, "(2,)", Uint8Array.of(0, 255))))).toEqual([0, 255]);
    expect(list(readNpy(npy("'<u2'", false, "(1,)", Uint8Array.of(255, 255))))).toEqual([65535]);
    expect(list(readNpy(npy("'|b1'", false, "(2,)", Uint8Array.of(0, 1))))).toEqual([0, 1]);
  });

  it("reads half precision: 1, −2, the smallest subnormal, the largest, an infinity", () => {
    const halves = [0x3c00, 0xc000, 0x0001, 0x7bff, 0xfc00];
    const body = numbers(2, halves, (view, at, value) => view.setUint16(at, value, true));
    expect(list(readNpy(npy("'<f2'", false, "(5,)", body)))).toEqual([
      1,
      -2,
      2 ** -24,
      65504,
      Number.NEGATIVE_INFINITY,
    ]);
  });

  it("turns Fortran order into rows: the transpose of the C-ordered transpose", () => {
    const body = numbers(8, [1, 4, 2, 5, 3, 6], (view, at, value) => view.setFloat64(at, value, true));
    expect(readNpy(npy("'<f8'", true, "(2, 3)", body))).toEqual({
      shape: [2, 3],
      data: Float64Array.of(1, 2, 3, 4, 5, 6),
    });
    const cube = Float64Array.from({ length: 24 }, (_, i) => i);
    const read = readNpy(npy("'<f8'", true, "(2, 3, 4)", new Uint8Array(cube.buffer)));
    // entry [i][j][k] of a column-major array stands at i + 2 (j + 3 k)
    expect(read.data[(1 * 3 + 2) * 4 + 3]).toBe(1 + 2 * (2 + 3 * 3));
    expect(read.data[(0 * 3 + 1) * 4 + 2]).toBe(0 + 2 * (1 + 3 * 2));
  });

  it("reads version 2 and 3 headers, and bytes that start inside a buffer", () => {
    const body = numbers(8, [7], (view, at, value) => view.setFloat64(at, value, true));
    for (const version of [2, 3]) expect(list(readNpy(npy("'<f8'", false, "(1,)", body, version)))).toEqual([7]);
    const inner = npy("'<f8'", false, "(1,)", body);
    const outer = Uint8Array.from([9, 9, 9, ...inner]);
    expect(list(readNpy(outer.subarray(3)))).toEqual([7]);
  });

  const eight = new Uint8Array(8);
  it.each([
    ["another format", encodeText("PK not numpy at all"), /must be a NumPy \.npy array/],
    ["nothing", new Uint8Array(0), /must be a NumPy \.npy array, got 0 bytes/],
    ["numbers cut short", npy("'<f8'", false, "(2,)", eight), /needs 16 bytes, got 8.*cut short/],
    ["numbers to spare", npy("'<f8'", false, "(1,)", new Uint8Array(16)), /needs 8 bytes, got 16/],
    ["header cut short", npy("'<f8'", false, "(1,)", eight).subarray(0, 20), /must be complete/],
    ["Python objects", npy("'|O'", false, "(1,)", eight), /Python objects.*astype\(float\)/],
    ["complex numbers", npy("'<c16'", false, "(1,)", new Uint8Array(16)), /real numbers, got <c16/],
    ["structured type", npy("[('a', '<f8')]", false, "(1,)", eight), /structured/],
    ["text", npy("'<U2'", false, "(1,)", eight), /real numbers, got <U2/],
    ["unknown version", npy("'<f8'", false, "(1,)", eight, 9), /version 1, 2 or 3, got 9/],
    ["inexact integer", npy("'<i8'", false, "(1,)", Uint8Array.of(1, 0, 0, 0, 0, 0, 32, 0)), /2\^53/],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => readNpy(bytes, "w.npy")).toThrow(expect.objectContaining({ code: "unreadable" }));
    expect(() => readNpy(bytes, "w.npy")).toThrow(message);
  });
});
