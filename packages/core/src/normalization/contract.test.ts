import { describe, expect, test } from "vitest";
import type { z } from "zod";
import { expectCatalog, expectSelfDescribing, membersOf } from "../../test/helpers/family.js";
import { normalizationCatalog } from "./catalog.js";
import type { NormalizationPlugin } from "./contract.js";

const members = membersOf<NormalizationPlugin>(import.meta.glob("./*/index.ts", { eager: true }));
const context = { d: 3, n: 4, span: [0, 3] as const };
/** A value for every parameter that a member may require. */
const offered = { switch: 1.5, alpha: 0.7 };

export function boundNormalization(plugin: NormalizationPlugin) {
  const { shape } = plugin.params as unknown as z.ZodObject;
  const known = Object.fromEntries(Object.entries(offered).filter(([key]) => key in shape));
  return plugin.bind(plugin.params.parse(known), context);
}

test("the catalog holds exactly the folders", () => expectCatalog(normalizationCatalog, members));

describe.each(members)("normalisation $folder", (member) => {
  const bound = boundNormalization(member.plugin);

  test("says what it is", () => {
    expectSelfDescribing(member);
    expect(bound.name).toBe(member.folder);
    expect(bound.identity).toBe(member.folder === "none");
  });

  test("gains are positive and finite; where the length is kept the speed of the direction does not depend on it", () => {
    for (const t of [0, 0.7, 1.4, 1.6, 3]) {
      for (const size of [0.1, 1, 8]) {
        const speeds = [0.25, 1, 6].map((r) => bound.gain(t, r, size) / r);
        for (const speed of speeds) expect(speed > 0 && Number.isFinite(speed)).toBe(true);
        // One division and one product.
        if (bound.keepsLength(t))
          for (const speed of speeds) expect(Math.abs(speed / speeds[0]! - 1)).toBeLessThan(1e-15);
      }
    }
  });

  test("what it does changes at its breakpoints only", () => {
    const edges = [0, ...bound.breakpoints, 3];
    for (const [k, from] of edges.slice(0, -1).entries()) {
      const inside = [0.01, 0.5, 0.99].map((share) => from + share * (edges[k + 1]! - from));
      expect(new Set(inside.map((t) => bound.keepsLength(t))).size).toBe(1);
    }
  });
});
