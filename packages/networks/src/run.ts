import type { NdArray } from "@meanfield/core/foundation/shapes";
import type { CaptureFilter } from "./blocks/hooks.js";
import type { Network } from "./networks/contract.js";

export interface RunOptions {
  /** Hook points to keep, filtered by name before anything is stored; left out: none. */
  readonly capture?: CaptureFilter;
}

/**
 * One text through a network, with the hook points that were asked for.
 * @returns output: the text's vector; captured: the hook points of the blocks that pass the filter
 * @throws empty
 * @cost that of network.embed; memory only for what is captured
 */
export function run(
  network: Network,
  text: string,
  options: RunOptions = {},
): { output: Float64Array; captured: Readonly<Record<string, NdArray>> } {
  const { capture } = options;
  const ids = network.tokenize(text);
  if (ids.length === 0) return { output: network.embed(text), captured: {} };
  const { states, captured } = network.forward(
    network.embedTokens(ids),
    ids.length,
    capture === undefined ? {} : { capture },
  );
  return { output: network.head(states.at(-1)!.data, ids.length), captured };
}
