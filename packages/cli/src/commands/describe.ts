import { builtinPlugins, describeParameters } from "@meanfield/core/experiment";
import { InputError, nearestOf } from "@meanfield/core/foundation/errors";
import type { Command } from "commander";
import { emit, emitJson } from "../output/emit.js";
import { paragraph, textTable } from "../output/text-table.js";
import { families } from "./list.js";

interface Describable {
  readonly name: string;
  readonly doc: string;
  readonly source: string;
  readonly unit?: string;
  readonly traits?: object;
  readonly params?: Parameters<typeof describeParameters>[0];
}

/** The same name may stand in several families (none): all of them are described. */
function find(name: string) {
  const found = families.flatMap((family) =>
    (builtinPlugins[family] as readonly Describable[])
      .filter((one) => one.name === name)
      .map((plugin) => ({ family, plugin })),
  );
  if (found.length > 0) return found;
  const names = [...new Set(families.flatMap((family) => builtinPlugins[family].map((one) => one.name)))];
  throw new InputError({
    code: "unknown-name",
    who: "describe",
    rule: `there is no plug-in "${name}"`,
    fix: `Did you mean "${nearestOf(name, names)}"? meanfield list shows all`,
  });
}

/** Traits in words: those that hold by their name, the others with what they say. */
function traitsText(traits: object): string {
  return Object.entries(traits)
    .map(([name, value]) => (value === true ? name : value === false ? `not ${name}` : `${name}: ${String(value)}`))
    .join(", ");
}

/** `meanfield describe NAME`: what a plug-in is and what parameters it takes. */
export function addDescribe(program: Command): void {
  program
    .command("describe")
    .summary("one plug-in: formula, source, parameters")
    .description("Describes a plug-in: what it is, where it comes from, and its parameters with defaults.")
    .argument("<name>", "a plug-in, for example softmax")
    .option("--json", "print JSON")
    .addHelpText("after", "\nExample:\n  meanfield describe softmax")
    .action((name: string, flags: { json?: boolean }) => {
      const found = find(name).map(({ family, plugin }) => ({
        family,
        name,
        doc: plugin.doc,
        source: plugin.source,
        ...(plugin.unit === undefined ? {} : { unit: plugin.unit }),
        ...(plugin.traits === undefined ? {} : { traits: plugin.traits }),
        parameters: describeParameters(plugin.params),
      }));
      if (flags.json) return emitJson(found);
      for (const one of found) {
        emit(`${one.name} (${one.family})\n${paragraph(one.doc)}\nsource: ${one.source}`);
        if (one.traits !== undefined) emit(paragraph(`traits: ${traitsText(one.traits)}`));
        const rows = one.parameters.map((parameter) => [
          parameter.name === "" ? "(the value itself)" : parameter.name,
          parameter.symbol ?? "",
          parameter.kind,
          parameter.required ? "required" : parameter.default === undefined ? "" : JSON.stringify(parameter.default),
          parameter.unit ?? "",
          parameter.doc,
        ]);
        emit(
          rows.length === 0
            ? "no parameters\n"
            : `\n${textTable(["parameter", "symbol", "kind", "default", "unit", "what it is"], rows)}\n`,
        );
      }
    });
}
