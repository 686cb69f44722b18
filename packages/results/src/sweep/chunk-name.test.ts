import fc from "fast-check";
import { expect, test } from "vitest";
import { chunkSize, formatChunkName, parseChunkName } from "./chunk-name.js";

const hex = fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 16, maxLength: 16 });
const name = fc.record({
  stage: fc.nat(999),
  index: fc.nat(999_999),
  key: hex,
  cells: fc.nat(4096),
  failed: fc.nat(4096),
  checksum: hex,
});

test("a name reads back as what it was made of", () => {
  fc.assert(
    fc.property(name, (one) => {
      expect(parseChunkName(formatChunkName(one))).toEqual(one);
    }),
  );
});

test.each([
  "../0-00000-0123456789abcdef-1-0-0123456789abcdef.parquet",
  "0-00000-0123456789abcdef-1-0-0123456789abcdef.parquet.tmp",
  "0-00000-0123456789ABCDEF-1-0-0123456789abcdef.parquet",
  ".0-00000-0123456789abcdef-1-0-0123456789abcdef.parquet",
  "-1-0-0123456789abcdef-1-0-0123456789abcdef.parquet",
  "",
])("%j is no chunk", (text) => {
  expect(parseChunkName(text)).toBeUndefined();
});

test("chunks: powers of two, at least 128 where there are cells enough, pairs from 64 on, one cell each below", () => {
  expect([1, 63, 64, 255, 256, 1000, 10_000, 100_000, 1_000_000].map(chunkSize)).toEqual([
    1, 1, 2, 2, 2, 4, 64, 512, 4096,
  ]);
  for (let cells = 1; cells < 400_000; cells = Math.ceil(cells * 1.3)) {
    const chunks = Math.ceil(cells / chunkSize(cells));
    expect(chunks).toBeGreaterThanOrEqual(Math.min(cells < 64 ? cells : cells / 2, 128));
    expect(chunks).toBeLessThanOrEqual(256);
  }
});
