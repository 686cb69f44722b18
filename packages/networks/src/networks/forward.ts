import { InputError } from "@meanfield/core/foundation/errors";
import { firstNonFinite } from "@meanfield/core/foundation/shapes";
import { recorder } from "../blocks/hooks.js";
import { applyBlock, type HiddenState, statesOfBlock, type TransformerBlock } from "../blocks/transformer-block.js";
import type { Forward, ForwardOptions } from "./contract.js";

function requireTokens(who: string, tokens: Float64Array, n: number, d: number): void {
  if (!Number.isInteger(n) || n < 1 || tokens.length !== n * d) {
    throw new InputError({
      code: "wrong-shape",
      who,
      rule: `n ≥ 1 tokens of ${d} numbers are needed`,
      got: `n = ${n} and ${tokens.length} numbers`,
      fix: `Give n·${d} numbers`,
    });
  }
  const bad = firstNonFinite(tokens);
  if (bad < 0) return;
  throw new InputError({
    code: "not-finite",
    who,
    rule: "every coordinate must be a finite number",
    got: `${tokens[bad]} at token ${Math.floor(bad / d)}, coordinate ${bad % d}`,
    fix: "Check what the tokens were made from",
  });
}

/** The states that a stack of blocks passes through: its input, then two per block. */
export function layersOf(blocks: readonly TransformerBlock[]): { name: string; d: number }[] {
  const first = blocks[0]!;
  return [
    { name: `${first.name}.hook_resid_pre`, d: first.dIn },
    ...blocks.flatMap((block) => statesOfBlock(block).map((name) => ({ name, d: block.dOut }))),
  ];
}

/**
 * A stack of blocks on n tokens.
 * @param who the network, for messages
 * @param tokens shape [n, d of the first block]
 * @throws wrong-shape, not-finite
 * @cost that of the blocks
 */
export function forwardThrough(
  who: string,
  blocks: readonly TransformerBlock[],
  tokens: Float64Array,
  n: number,
  options: ForwardOptions = {},
): Forward {
  const first = layersOf(blocks)[0]!;
  requireTokens(who, tokens, n, first.d);
  const { hook, captured } = recorder(options.capture);
  const states: HiddenState[] = [{ ...first, data: tokens }];
  for (const block of blocks) states.push(...applyBlock(block, states.at(-1)!.data, n, hook));
  return { states, captured };
}
