import { basename } from "node:path";
import { InvalidArgumentError } from "commander";
import { compute } from "../compute/client.js";
import type { TaskResults } from "../compute/protocol.js";
import { loadExperiment } from "../documents/load-experiment.js";
import { nodeStoreIo } from "../files/node-store-io.js";
import { createReporter, progressStyle } from "../progress/reporter.js";
import { positiveInteger, type RunFlags } from "./options.js";

/** "64,256" → [64, 256]. */
export function positiveIntegers(text: string): number[] {
  const values = text.split(",").map(positiveInteger);
  if (values.length < 2) throw new InvalidArgumentError("must be two or more numbers, like 64,256,1024.");
  return values;
}

/** What `compare` varies. */
export interface ScalingFlags extends RunFlags {
  readonly sizes?: readonly number[];
  readonly layers?: readonly number[];
  readonly repeats: number;
}

/** Distances by number of tokens, of layers, or both. */
export type Scaling = Omit<TaskResults["scaling"], "seconds">;

/** Runs the sizes and the layers in a worker; nothing where none were asked for. */
export async function compareScaling(file: string, flags: ScalingFlags): Promise<Scaling> {
  const { sizes, layers, repeats } = flags;
  if (sizes === undefined && layers === undefined) return {};
  const { document } = await loadExperiment(file, flags);
  const reporter = createReporter(progressStyle(flags.quiet === true));
  const task = { kind: "scaling" as const, document, repeats, ...(sizes && { sizes }), ...(layers && { layers }) };
  try {
    const { seconds: _seconds, ...scaling } = await compute(task, (progress) => reporter.update(progress));
    return scaling;
  } finally {
    reporter.done();
  }
}

/** The figure of the scaling beside the others of a run, as SVG, PNG and PDF, with its numbers as JSON. @returns what was written */
export async function writeScaling(
  directory: string,
  title: string,
  scaling: Scaling,
  repeats: number,
): Promise<string | undefined> {
  const fits = Object.keys({ ...scaling.sizes, ...scaling.layers });
  if (fits.length === 0) return undefined;
  const [{ distanceScaling }, { figureFiles }, io] = [
    await import("@meanfield/figures"),
    await import("../output/report.js"),
    nodeStoreIo(),
  ];
  const out = `${directory}/figures`;
  await io.makeDirectory(out);
  const files = await figureFiles([distanceScaling({ title, ...scaling, repeats })]);
  const numbers = new TextEncoder().encode(`${JSON.stringify({ ...scaling, repeats })}\n`);
  for (const [name, bytes] of Object.entries({ ...files, "distance-scaling.json": numbers })) {
    await io.writeAtomic(`${out}/${basename(name)}`, bytes);
  }
  return `${out}/distance-scaling.svg, .png, .pdf, .json`;
}
