import { cloudOf, momentsOf } from "../../foundation/law/index.js";
import { matrixParameter, requireArray } from "../../foundation/parameters/index.js";
import type { LawPlugin } from "../contract.js";

/** n tokens written out, in context order. */
export const points: LawPlugin<unknown> = {
  name: "points",
  doc: "Tokens written out, one row each, in context order; or { file: x.npz, key: x }.",
  source: "theory.md §1",
  seeded: false,
  params: matrixParameter({ symbol: "x", unit: "1", doc: "tokens, n×d" }),
  bind(params) {
    const { shape, data } = requireArray(params, 2, "initial points");
    const [n, d] = shape as [number, number];
    const cloud = cloudOf(data, n, d);
    return { name: "points", d, n, cloud: () => cloud, moments: () => momentsOf(cloud) };
  },
};
