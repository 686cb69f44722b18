import { describe } from "vitest";
import { findTool, type Tool } from "../tools/src/find-tool.js";

/** A tool or library that suites need, where it is, and how to write suites that are skipped without it. */
export interface Needed {
  /** Command of the tool, or name of the library. @throws Error when it is absent: ask only inside `suite` */
  command(): string;
  /** A describe named "[needs tool] name"; `npm test` lists it when the tool is absent, and fails when CI=true. */
  suite(name: string, body: () => void): void;
}

/** Suites that need a tool of the machine: `needs("numpy").suite("the reader", () => { … })`. */
export function needs(tool: Tool): Needed {
  const found = findTool(tool);
  return {
    command() {
      if (found === undefined) throw new Error(`${tool} is not on this machine`);
      return found;
    },
    suite: (name, body) => describe.skipIf(found === undefined)(`[needs ${tool}] ${name}`, body),
  };
}
