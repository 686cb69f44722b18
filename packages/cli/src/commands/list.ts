import { builtinPlugins } from "@meanfield/core/experiment";
import { InputError, nearestOf } from "@meanfield/core/foundation/errors";
import type { Command } from "commander";
import { emit, emitJson } from "../output/emit.js";
import { textTable } from "../output/text-table.js";

/** Families by the word an experiment file uses. */
export const families = Object.keys(builtinPlugins) as (keyof typeof builtinPlugins)[];

function requireFamily(name: string): keyof typeof builtinPlugins {
  const found = families.find((family) => family === name);
  if (found !== undefined) return found;
  throw new InputError({
    code: "unknown-name",
    who: "list",
    rule: `there is no family "${name}"`,
    fix: `Did you mean "${nearestOf(name, families)}"? There are ${families.join(", ")}`,
  });
}

/** `meanfield list [FAMILY]`: what an experiment may name. */
export function addList(program: Command): void {
  program
    .command("list")
    .summary("every plug-in an experiment may name")
    .description("Lists the plug-ins of every family, or of one.")
    .argument("[family]", `one of ${families.join(", ")}`)
    .option("--json", "print JSON")
    .addHelpText("after", "\nExamples:\n  meanfield list\n  meanfield list attention")
    .action((name: string | undefined, flags: { json?: boolean }) => {
      const shown = name === undefined ? families : [requireFamily(name)];
      const entries = shown.map(
        (family) => [family, builtinPlugins[family].map(({ name, doc }) => ({ name, doc }))] as const,
      );
      if (flags.json) return emitJson(Object.fromEntries(entries));
      for (const [family, plugins] of entries) {
        emit(
          `${family}\n${textTable(
            ["name", "what it is"],
            plugins.map((one) => [one.name, one.doc]),
          )}\n`,
        );
      }
      emit("meanfield describe NAME shows the parameters of one.");
    });
}
