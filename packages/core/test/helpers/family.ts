import { expect } from "vitest";
import type { ZodType } from "zod";
import { describeParameters } from "../../src/experiment/describe.js";

/** A plug-in module found by its folder. */
export interface Member<P> {
  readonly folder: string;
  readonly plugin: P;
}

const camel = (name: string): string => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

/** The members of a family, from the eager import.meta.glob of its index files. */
export function membersOf<P>(modules: Record<string, unknown>): Member<P>[] {
  return Object.entries(modules)
    .map(([file, module]) => ({ folder: file.split("/")[1]!, module: module as Record<string, unknown> }))
    .filter(({ folder }) => folder !== "shared")
    .map(({ folder, module }) => ({ folder, plugin: module[camel(folder)] as P }));
}

interface Named {
  readonly name: string;
  readonly doc: string;
  readonly source: string;
  readonly params?: ZodType;
}

/** The catalog holds every folder once and nothing else. */
export function expectCatalog(catalog: readonly Named[], members: readonly Member<Named>[]): void {
  expect(members.length).toBeGreaterThan(0);
  expect([...catalog].map((one) => one.name).sort()).toEqual(members.map((one) => one.folder).sort());
  for (const { plugin } of members) expect(catalog).toContain(plugin);
}

/** Name = folder, texts are there, the schema is strict, takes {} or names what it needs, and every parameter has a doc. */
export function expectSelfDescribing({ folder, plugin }: Member<Named>): void {
  expect(plugin).toBeDefined();
  expect(plugin.name).toBe(folder);
  for (const text of [plugin.doc, plugin.source]) expect(text.trim().length).toBeGreaterThan(0);
  if (plugin.params === undefined) return;
  const parameters = describeParameters(plugin.params);
  for (const one of parameters) expect(one.doc.trim().length, `${folder}.${one.name}`).toBeGreaterThan(0);
  if (parameters.length === 0) return;
  const parsed = plugin.params.safeParse({});
  if (!parsed.success) {
    const required = parameters.filter((one) => one.required).map((one) => one.name);
    for (const issue of parsed.error.issues) expect(required).toContain(String(issue.path[0]));
  }
}
