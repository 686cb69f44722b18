import { describe, expect, test } from "vitest";
import { type CellRow, decodeCells, decodeColumns, encodeCells } from "./cell-table.js";

const swept = [
  { name: "model.attention.softmax.beta", numeric: true },
  { name: "model.mask", numeric: false },
];

const row = (beta: number, mask: unknown, columns: CellRow["columns"], rest: Partial<CellRow> = {}): CellRow => ({
  id: "0123456789abcdef",
  status: "done",
  code: null,
  message: null,
  spec: null,
  values: { "model.attention.softmax.beta": beta, "model.mask": mask },
  columns,
  ...rest,
});

const rows: readonly CellRow[] = [
  row(0.1, "none", { "particles.energy": -0, "particles.outcome.status": "completed", "expect.ok": true }),
  row(1 / 3, "causal", { "particles.energy": 5e-324, "particles.outcome.status": "stopped", "expect.ok": false }),
  row(
    2,
    { window: { width: 2 } },
    {},
    { status: "failed", code: "not-finite", message: "β: no", spec: '{"a":1}', id: null },
  ),
];

describe("the table of a chunk", () => {
  test("gives back what was written, numbers bit for bit", async () => {
    const back = await decodeCells(encodeCells(swept, rows), "chunk");
    expect(back).toEqual([
      rows[0],
      rows[1],
      // A swept value that is no word comes back as its canonical JSON.
      { ...rows[2]!, values: { ...rows[2]!.values, "model.mask": '{"window":{"width":2}}' } },
    ]);
    expect(Object.is(back[0]!.columns["particles.energy"], -0)).toBe(true);
  });

  test("equal rows are equal bytes, whatever order their columns came in", () => {
    const turned = rows.map((one) => ({ ...one, columns: Object.fromEntries(Object.entries(one.columns).reverse()) }));
    expect(encodeCells(swept, turned)).toEqual(encodeCells(swept, rows));
  });

  test("copied rows make the bytes of computed ones", async () => {
    const bytes = encodeCells(swept, rows.slice(0, 2));
    const copied = (await decodeCells(bytes, "chunk")).map((one, k) => ({ ...one, values: rows[k]!.values }));
    expect(encodeCells(swept, copied)).toEqual(bytes);
  });

  test("a swept value that is no number is refused in a column of numbers, never written as 0 or NaN", () => {
    for (const beta of [null, "1", undefined])
      expect(() => encodeCells(swept, [row(beta as never, "none", {})])).toThrow(/beta: a column of numbers must hold/);
  });

  test("some columns alone; what nobody has is not there", async () => {
    const bytes = encodeCells(swept, rows);
    const some = await decodeColumns(bytes, ["status", "particles.energy", "absent"], "chunk");
    expect(some.map((one) => one["status"])).toEqual(["done", "done", "failed"]);
    expect(some.map((one) => one["particles.energy"])).toEqual([-0, 5e-324, null]);
    expect(some.some((one) => "absent" in one)).toBe(false);
    expect(await decodeColumns(bytes, ["absent"], "chunk")).toEqual([{}, {}, {}]);
  });

  test("a column with words and numbers becomes one of words", async () => {
    const mixed = [row(1, "none", { x: 1.5 }), row(2, "none", { x: "many" })];
    expect((await decodeColumns(encodeCells(swept, mixed), ["x"], "chunk")).map(({ x }) => x)).toEqual(["1.5", "many"]);
  });

  test("bytes that are no such table are refused, never half read", async () => {
    const bytes = encodeCells(swept, rows);
    for (const bad of [
      bytes.subarray(0, bytes.length - 9),
      bytes.subarray(0, 3),
      new Uint8Array(0),
      new Uint8Array(99),
    ])
      await expect(decodeCells(bad, "chunks/x.parquet")).rejects.toThrow(
        /^chunks\/x\.parquet: must be a complete Parquet/,
      );
  });
});
