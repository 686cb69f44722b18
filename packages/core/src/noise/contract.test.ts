import { describe, expect, test } from "vitest";
import type { z } from "zod";
import { expectCatalog, expectSelfDescribing, membersOf } from "../../test/helpers/family.js";
import { noiseCatalog } from "./catalog.js";
import type { NoisePlugin } from "./contract.js";

const members = membersOf<NoisePlugin>(import.meta.glob("./*/index.ts", { eager: true }));
const context = { d: 3, n: 4, span: [0, 3] as const };

function bound(plugin: NoisePlugin, offered: Readonly<Record<string, unknown>>) {
  const { shape } = plugin.params as unknown as z.ZodObject;
  const known = Object.fromEntries(Object.entries(offered).filter(([key]) => key in shape));
  return plugin.bind(plugin.params.parse(known), context);
}

test("the catalog holds exactly the folders", () => expectCatalog(noiseCatalog, members));

describe.each(members)("noise $folder", (member) => {
  const noise = bound(member.plugin, { sigma: 0.7 });
  const jumping = bound(member.plugin, { sigma: { piecewise: [{ until: 1, value: 0.5 }, { value: 2 }] } });

  test("says what it is", () => {
    expectSelfDescribing(member);
    expect(noise.name).toBe(member.folder);
    expect(noise.traits).toEqual(member.plugin.traits);
  });

  test("its strength is there exactly where tokens have noise of their own", () => {
    const own = member.plugin.traits.tokens === "independent";
    for (const t of [0, 0.9, 1, 3]) {
      expect(noise.sigma(t)).toBe(own ? 0.7 : 0);
      expect(jumping.sigma(t)).toBe(own ? (t < 1 ? 0.5 : 2) : 0);
    }
    expect(jumping.breakpoints).toEqual(own ? [1] : []);
  });

  test("a negative strength, and one that is no number, are refused", () => {
    const { shape } = member.plugin.params as unknown as z.ZodObject;
    if (!("sigma" in shape)) return;
    for (const sigma of [-0.1, { piecewise: [{ until: 1, value: 1 }, { value: -1 }] }])
      expect(() => bound(member.plugin, { sigma })).toThrow("the strength of noise must be a number of at least 0");
    for (const sigma of [undefined, "big", [1]]) expect(() => bound(member.plugin, { sigma })).toThrow();
  });
});
