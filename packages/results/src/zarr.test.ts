import { describe, expect, it } from "vitest";
import * as zarr from "zarrita";
import { sampleRecord } from "../test/sample-record.js";
import { runArrays } from "./arrays.js";
import { exportRun } from "./export.js";

describe("zarr export", () => {
  it("is read by another implementation, every number bit for bit", async () => {
    const record = sampleRecord();
    const files = exportRun(record, "zarr");
    const store = new Map(Object.entries(files).map(([path, bytes]) => [path.replace(/^run\.zarr/, ""), bytes]));
    const root = await zarr.open.v3(store as never, { kind: "group" });
    expect(root.attrs).toEqual({ spec: record.result.spec });
    const arrays = Object.entries(runArrays(record.result));
    expect(arrays.length).toBeGreaterThan(40);
    for (const [key, { shape, data }] of arrays) {
      const array = await zarr.open.v3(root.resolve(key), { kind: "array" });
      expect(array.shape).toEqual(shape);
      if (data.length === 0) continue; // zarrita cannot select nothing
      const read = await zarr.get(array);
      // toStrictEqual tells −0 from 0.
      expect([key, read.data]).toStrictEqual([key, data]);
    }
  });

  it("names a group for every folder", () => {
    const files = Object.keys(exportRun(sampleRecord(), "zarr"));
    const folders = files
      .filter((path) => !/\/c(\/0)*$/.test(path))
      .map((path) => path.split("/").slice(0, -1).join("/"));
    for (const folder of folders) {
      const parts = folder.split("/");
      parts.forEach((_, k) => {
        expect(files).toContain(`${parts.slice(0, k + 1).join("/")}/zarr.json`);
      });
    }
  });
});
