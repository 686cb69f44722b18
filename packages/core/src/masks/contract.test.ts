import { describe, expect, test } from "vitest";
import { expectCatalog, expectSelfDescribing, membersOf } from "../../test/helpers/family.js";
import { masksCatalog } from "./catalog.js";
import type { MaskPlugin } from "./contract.js";

const members = membersOf<MaskPlugin>(import.meta.glob("./*/index.ts", { eager: true }));
const positions = Array.from({ length: 20 }, (_, i) => (i + 1) / 20);

test("the catalog holds exactly the folders", () => expectCatalog(masksCatalog, members));

describe.each(members)("mask $folder", (member) => {
  const mask = member.plugin.bind(member.plugin.params.parse({}));

  test("says what it is", () => {
    expectSelfDescribing(member);
    expect(mask.name).toBe(member.folder);
  });

  test("a token sees itself with weight 1, and no weight is above 1", () => {
    for (const s of positions) expect(mask.logWeight(s, s)).toBe(0);
    for (const query of positions)
      for (const key of positions) expect(mask.logWeight(query, key)).toBeLessThanOrEqual(0);
  });

  test("is dense exactly when every weight is 1", () => {
    const all = positions.every((query) => positions.every((key) => mask.logWeight(query, key) === 0));
    expect(mask.dense).toBe(all);
  });
});

test("causal: keys at s' ≤ s and no others", () => {
  const mask = masksCatalog.find((one) => one.name === "causal")!.bind({});
  for (const query of positions) {
    for (const key of positions) expect(mask.logWeight(query, key) === 0).toBe(key <= query);
  }
});
