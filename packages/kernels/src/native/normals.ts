import { type StreamKey, startStream } from "@meanfield/core/foundation/random";
import { normalQuantile } from "@meanfield/core/foundation/special-functions";
import type { Session } from "./session.js";

/** Normals of one call; even, so that every piece starts with a whole block. */
const piece = 8192;

/**
 * The standard normals of stream(key).fillNormal(out), bit for bit: Philox and the central part of the quantile in the
 * library, the 15 % beyond it, which need a logarithm, here by the function that the stream itself uses.
 * @throws out-of-range as `stream`
 * @cost about 5 ns each, most of it the tails
 */
export function createNormals(session: Session): (key: StreamKey, out: Float64Array) => boolean {
  const words = new Uint32Array(5);
  const tails = new Int32Array(piece);
  return (key, out) => {
    const { philox, counter } = startStream(key);
    words.set(philox);
    words.set(counter.subarray(1), 2);
    for (let start = 0; start < out.length; start += piece) {
      const end = Math.min(start + piece, out.length);
      const values = out.subarray(start, end);
      const count = session.library.mf_normals(session.context(), words, start / 2, end - start, values, tails);
      for (let k = 0; k < count; k++) {
        const i = tails[k]!;
        const p = values[i]!;
        values[i] = p > 0 ? normalQuantile(p) : -normalQuantile(-p);
      }
    }
    return true;
  };
}
