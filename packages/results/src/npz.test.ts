import { crc32 as nodeCrc32 } from "node:zlib";
import { unzipSync, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { writeNpy } from "./npy.js";
import { npzKeys, readNpz, readNpzArray, writeNpz } from "./npz.js";
import { encodeText } from "./text.js";
import { crc32, readZip, writeZip } from "./zip.js";

const arrays = {
  x: { shape: [2, 2], data: Float64Array.of(1, -0, 5e-324, 1e300) },
  "particles/series/energy/value": { shape: [3], data: Float64Array.of(1, 1, 1) },
  "β|é": { shape: [], data: Float64Array.of(0.1) },
};

describe("npz", () => {
  it.each(["stored", "deflated"] as const)("reads back what it wrote, keys and bits, %s", (method) => {
    const bytes = writeNpz(arrays, method);
    expect(npzKeys(bytes)).toEqual(Object.keys(arrays));
    const read = readNpz(bytes);
    expect(read).toEqual(arrays);
    expect(Object.is(read["x"]!.data[1], -0)).toBe(true);
  });

  it("is a zip archive that another reader opens, and opens another writer's", () => {
    expect(Object.keys(unzipSync(writeNpz(arrays)))).toEqual(Object.keys(arrays).map((key) => `${key}.npy`));
    const theirs = zipSync({ "x.npy": writeNpy(arrays.x), "notes.txt": encodeText("not an array") });
    expect(readNpz(theirs)).toEqual({ x: arrays.x });
  });

  it("gives equal bytes for equal arrays", () => {
    expect(writeNpz(arrays)).toEqual(writeNpz(arrays));
  });

  it("names the keys there are when one is missing", () => {
    const bytes = writeNpz(arrays);
    expect(readNpzArray(bytes, "x")).toEqual(arrays.x);
    expect(() => readNpzArray(bytes, "y", "w.npz")).toThrow(/w\.npz: must hold the key "y", got the keys x, particles/);
    expect(() => readNpzArray(bytes, "y")).toThrow(expect.objectContaining({ code: "unreadable" }));
  });

  it("finds every flipped byte of the contents", () => {
    const bytes = writeNpz({ x: arrays.x });
    const content = bytes.length - 100; // the directory of this archive is shorter than 100 bytes
    for (let at = 40; at < content; at += 7) {
      const flipped = bytes.slice();
      flipped[at]! ^= 1;
      expect(() => readNpz(flipped), `byte ${at}`).toThrow(expect.objectContaining({ code: "unreadable" }));
    }
  });

  it.each([0, 10, 0.5, -1])("refuses an archive cut to %s", (cut) => {
    const bytes = writeNpz(arrays, "deflated");
    const end = cut > 0 && cut < 1 ? Math.floor(cut * bytes.length) : cut;
    expect(() => readNpz(bytes.slice(0, end), "w.npz")).toThrow(/w\.npz: must be a complete zip archive/);
  });
});

describe("zip", () => {
  it("computes the CRC-32 of zlib", () => {
    const bytes = Uint8Array.from({ length: 1000 }, (_, i) => (i * i * 31) & 255);
    // The check value of the CRC catalogue for the nine digits.
    expect(crc32(encodeText("123456789"))).toBe(0xcbf43926);
    if (typeof nodeCrc32 === "function") expect(crc32(bytes)).toBe(nodeCrc32(bytes));
  });

  it("refuses an encrypted entry and an unknown method", () => {
    for (const [at, value, message] of [
      [8, 1, /encrypted/],
      [10, 12, /method 12/],
    ] as const) {
      const bytes = writeZip({ a: encodeText("abc") }, "stored");
      const directory = new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.length - 6, true);
      bytes[directory + at] = value;
      expect(() => readZip(bytes, "z")[0]!.bytes()).toThrow(message);
    }
  });
});
