import { describe, expect, test } from "vitest";
import { readNpzArray } from "../npz.js";
import { decodeText } from "../text.js";
import { readZip } from "../zip.js";
import { cellRecords } from "./cell-records.js";
import { type CellRow, decodeCells } from "./cell-table.js";
import { cellArrays, exportCells } from "./export-cells.js";

const done = { status: "done", code: null, message: null, spec: null } as const;
const rows: readonly CellRow[] = [
  { ...done, id: "a", values: { beta: 0.1, mask: "none" }, columns: { "l.x": -0, "l.ok": true, verdict: "blow-up" } },
  { ...done, id: "b", values: { beta: 1 / 3, mask: 'a "quoted", one' }, columns: { "l.x": 5e-324, verdict: "β → ∞" } },
  {
    id: "c",
    status: "failed",
    code: "not-finite",
    message: "too\nlong",
    spec: "{}",
    values: { beta: 2, mask: "none" },
    columns: {},
  },
];

describe("the rows of a sweep for other programs", () => {
  test("csv: a header, a line for each cell, nothing where there is nothing, numbers that read back", () => {
    const text = decodeText(exportCells(rows, {}, "csv")["cells.csv"]!);
    expect(text.split("\n").slice(0, 3)).toEqual([
      "id,status,error.code,error.message,error.spec,beta,mask,l.ok,l.x,verdict",
      "a,done,,,,0.1,none,true,-0,blow-up",
      `b,done,,,,${1 / 3},"a ""quoted"", one",,5e-324,β → ∞`,
    ]);
    expect(text).toContain('c,failed,not-finite,"too\nlong",{},2,none,,,\n');
  });

  test("parquet: one table of all rows, bit for bit", async () => {
    const back = await decodeCells(exportCells(rows, {}, "parquet")["cells.parquet"]!, "cells.parquet");
    expect(cellRecords(back)).toEqual(cellRecords(rows));
    expect(back[0]!.columns["l.x"]).toBe(-0);
  });

  test("npz: float64 with NaN, and texts as NumPy writes them", () => {
    const bytes = exportCells(rows, {}, "npz")["cells.npz"]!;
    expect(readNpzArray(bytes, "beta").data).toEqual(Float64Array.of(0.1, 1 / 3, 2));
    expect(readNpzArray(bytes, "l.x").data).toEqual(Float64Array.of(-0, 5e-324, Number.NaN));
    const npy = readZip(bytes, "cells.npz")
      .find(({ name }) => name === "verdict.npy")!
      .bytes();
    expect(decodeText(npy.subarray(0, 128))).toContain("'descr': '<U7', 'fortran_order': False, 'shape': (3,)");
    // "β → ∞" is the second of three texts of seven characters of four bytes each, from byte 128.
    const letters = Array.from({ length: 7 }, (_, k) =>
      String.fromCodePoint(new DataView(npy.buffer, npy.byteOffset).getUint32(128 + 4 * (7 + k), true)),
    );
    expect(letters.join("")).toBe("β → ∞\0\0");
  });

  test("zarr: words are places in lists of the root's attributes", () => {
    const files = exportCells(rows, { title: "x" }, "zarr");
    const root = JSON.parse(decodeText(files["cells.zarr/zarr.json"]!)) as { attributes: object };
    expect(root.attributes).toMatchObject({
      document: { title: "x" },
      words: { verdict: ["blow-up", "β → ∞"], mask: ["none", 'a "quoted", one'] },
    });
    const { arrays, words } = cellArrays(rows);
    expect(arrays["verdict"]!.data).toEqual(Float64Array.of(0, 1, Number.NaN));
    expect(arrays["mask"]!.data).toEqual(Float64Array.of(0, 1, 0));
    expect(Object.keys(words)).not.toContain("beta");
    expect(files["cells.zarr/beta/c/0"]!.length).toBe(24);
  });
});
