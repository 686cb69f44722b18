import { InputError } from "../errors/index.js";
import { normalQuantile } from "../special-functions/index.js";
import { philox4x32 } from "./philox.js";

/** What a stream of numbers is a function of. */
export interface StreamKey {
  /** Integer in [0, 2^53). */
  readonly seed: number;
  /** What the numbers are for ("tokens", "noise", …): different purposes are independent. */
  readonly purpose: string;
  /** Integer in [0, 2^32); default 0. */
  readonly run?: number;
  /** Integer in [0, 2^32); default 0. */
  readonly token?: number;
  /** Integer in [0, 2^53); default 0. */
  readonly step?: number;
}

/** A sequence of random numbers; each draw of any kind takes 64 bits (`integer` may take more). */
export interface RandomStream {
  /** Uniform on (0, 1): an odd multiple of 2^−53, so symmetric and never 0 or 1. */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** Standard normals into out[from … to − 1], the same as that many calls of normal(). */
  fillNormal(out: Float64Array, from?: number, to?: number): void;
  /** Uniforms into all of `out`, the same as that many calls of uniform(). */
  fillUniform(out: Float64Array): void;
  /** Uniform integer in [0, below), exactly (by rejection). @param below integer in [1, 2^53] @throws out-of-range */
  integer(below: number): number;
}

const two32 = 2 ** 32;
const two53 = 2 ** 53;

function requireInteger(who: string, name: string, value: number, below: number, least = 0): void {
  if (Number.isInteger(value) && value >= least && value < below) return;
  throw new InputError({
    code: "out-of-range",
    who,
    rule: `${name} must be an integer from ${least} to ${below - 1}`,
    got: String(value),
    fix: "Derive other numbers from it before, not by rounding here",
  });
}

/** The 32-bit FNV-1a hash of a string's UTF-16 units, low byte first. @cost O(length) */
export function hashPurpose(purpose: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < purpose.length; i++) {
    const unit = purpose.charCodeAt(i);
    hash = Math.imul(hash ^ (unit & 0xff), 0x01000193);
    hash = Math.imul(hash ^ (unit >>> 8), 0x01000193);
  }
  return hash >>> 0;
}

/** The 64-bit Philox key: seed, purpose and the high half of step (117 bits) hashed by one Philox block. */
function philoxKey(seed: number, purpose: string, step: number): Uint32Array {
  const block = Uint32Array.of(seed % two32, Math.floor(seed / two32), hashPurpose(purpose), Math.floor(step / two32));
  philox4x32(block, Uint32Array.of(0x6d65616e, 0x66696c64), block);
  return block.slice(0, 2);
}

/** Where a stream starts: its Philox key, and the words of the counter after the first, which counts its blocks. */
export interface StreamStart {
  /** 2 words */
  readonly philox: Uint32Array;
  /** 4 words, the first 0 */
  readonly counter: Uint32Array;
}

/**
 * The start of the stream of a key, for backends that draw its numbers themselves.
 * @throws out-of-range
 * @cost two Philox blocks
 */
export function startStream(key: StreamKey): StreamStart {
  const { seed, purpose, run = 0, token = 0, step = 0 } = key;
  requireInteger("stream", "seed", seed, two53);
  requireInteger("stream", "run", run, two32);
  requireInteger("stream", "token", token, two32);
  requireInteger("stream", "step", step, two53);
  return { philox: philoxKey(seed, purpose, step), counter: Uint32Array.of(0, step % two32, token, run) };
}

/** Pairs of 32-bit words of one key, in order; `high` and `low` hold the pair that `advance` reached. */
function wordPairs(key: StreamKey): { advance(): void; high(): number; low(): number } {
  const { philox, counter } = startStream(key);
  const words = new Uint32Array(4);
  let block = 0;
  let position = 2;
  return {
    advance(): void {
      position += 2;
      if (position < 4) return;
      if (block === two32) requireInteger("stream", "the number of draws / 2", block, two32);
      counter[0] = block++;
      philox4x32(counter, philox, words);
      position = 0;
    },
    high: () => words[position]!,
    low: () => words[position + 1]!,
  };
}

/**
 * The stream of a key (seed, purpose, run, token, step): a pure function of it, so the same numbers come out for any
 * number of workers and in any order of work. Purpose is hashed to 32 bits; run, token, step and the draw count the
 * Philox counter.
 *
 * Normals come by inversion: one bit is the sign and 63 bits are the tail probability, so that both tails are equally
 * fine and reach 9.1 standard deviations; one draw per normal keeps `fillNormal` independent of how it is cut up, and
 * 85 % of the values need no transcendental function.
 * @throws out-of-range
 * @cost two Philox blocks to open; half a block per draw, no allocation
 * @accuracy moments and tail frequencies (index.test.ts)
 * @source derived; Philox as in philox.ts
 */
export function stream(key: StreamKey): RandomStream {
  const pairs = wordPairs(key);
  const uniform = (): number => {
    pairs.advance();
    return (pairs.high() * 2 ** 20 + (pairs.low() >>> 12) + 0.5) * 2 ** -52;
  };
  const normal = (): number => {
    pairs.advance();
    const high = pairs.high();
    const tail = ((high >>> 1) * two32 + pairs.low() + 0.5) * 2 ** -64;
    const value = normalQuantile(tail);
    return (high & 1) === 0 ? value : -value;
  };
  return {
    uniform,
    normal,
    fillNormal(out, from = 0, to = out.length): void {
      requireInteger("fillNormal", "from", from, out.length + 1);
      requireInteger("fillNormal", "to", to, out.length + 1, from);
      for (let i = from; i < to; i++) out[i] = normal();
    },
    fillUniform(out): void {
      for (let i = 0; i < out.length; i++) out[i] = uniform();
    },
    integer(below): number {
      requireInteger("integer", "below", below, two53 + 2, 1);
      const accepted = two53 - (two53 % below);
      for (;;) {
        pairs.advance();
        const draw = pairs.high() * 2 ** 21 + (pairs.low() >>> 11);
        if (draw < accepted) return draw % below;
      }
    },
  };
}
