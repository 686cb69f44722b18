import fc from "fast-check";
import { type ColumnSource, parquetWriteBuffer } from "hyparquet-writer";
import { expect, test } from "vitest";
import { encodeFewRows, hasFewRows } from "./few-rows-parquet.js";

const notes = { kvMetadata: [{ key: "meanfield.swept", value: '["β"]' }], createdBy: "meanfield" };

/** What hyparquet-writer makes of the same table. */
function byLibrary(columnData: ColumnSource[]): Uint8Array {
  const options = { codec: "UNCOMPRESSED", statistics: false, ...notes } as const;
  return new Uint8Array(parquetWriteBuffer({ columnData, ...options }));
}

const values = {
  DOUBLE: fc.oneof(fc.double(), fc.constantFrom(-0, 5e-324, Number.MAX_VALUE)),
  BOOLEAN: fc.boolean(),
  STRING: fc.string({ unit: "binary", maxLength: 300 }),
};

const columnOf = (rows: number): fc.Arbitrary<ColumnSource> =>
  fc
    .record({ type: fc.constantFrom("DOUBLE", "BOOLEAN", "STRING"), nullable: fc.boolean(), name: fc.string() })
    .chain(({ type, nullable, name }) => {
      const value: fc.Arbitrary<unknown> = values[type as keyof typeof values];
      const cell = nullable ? fc.option(value, { freq: 2 }) : value;
      return fc
        .array(cell, { minLength: rows, maxLength: rows })
        .map((data) => ({ name, data, type, nullable, encoding: "PLAIN" }) as ColumnSource);
    });

const named = (columns: ColumnSource[]) => columns.map((column, k) => ({ ...column, name: `${column.name}${k}` }));

test("writes the bytes of hyparquet-writer: any values, nulls and number of columns", () => {
  const table = fc
    .integer({ min: 1, max: 7 })
    .chain((rows) => fc.array(columnOf(rows), { minLength: 1, maxLength: 40 }).map(named));
  fc.assert(
    fc.property(table, (columns) => {
      expect(hasFewRows(columns)).toBe(true);
      expect(encodeFewRows(columns, notes)).toEqual(byLibrary(columns));
    }),
    { seed: 3, numRuns: 200 },
  );
});

test("writes the bytes of hyparquet-writer for thousands of columns, whose offsets need more bytes", () => {
  const columns = Array.from({ length: 5000 }, (_, k): ColumnSource => {
    const name = `layers.overlap-fraction.mean@${k / 10}`;
    return { name, data: [k / 7, null, -k, 0], type: "DOUBLE", nullable: true, encoding: "PLAIN" };
  });
  expect(encodeFewRows(columns, notes)).toEqual(byLibrary(columns));
});

test("takes tables of one to seven rows with short texts, and no others", () => {
  const texts = (...data: (string | null)[]): ColumnSource[] => [{ name: "x", data, type: "STRING", nullable: true }];
  expect(hasFewRows(texts("a", null))).toBe(true);
  expect(hasFewRows([])).toBe(false);
  expect(hasFewRows(texts())).toBe(false);
  expect(hasFewRows(texts(..."abcdefgh"))).toBe(false);
  expect(hasFewRows(texts("a".repeat(40_000)))).toBe(false);
});
