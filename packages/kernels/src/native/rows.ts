import type { RowOperations } from "@meanfield/core/foundation/backend";
import { requireLength } from "./require-length.js";
import type { Session } from "./session.js";

/** Numbers below which the call costs more than it saves. */
const least = 128;

/**
 * Operations on many short rows by vectors across the rows.
 * @cost n·d for lengths, count·m²·d/2 for pairs; memory O(count + m·d), kept between calls
 * @accuracy the bits of core's loops: nothing is contracted (native.test.ts)
 */
export function nativeRows(session: Session): RowOperations {
  return {
    normalize(x, n, d) {
      if (n * d < least) return false;
      requireLength("x", x, n * d);
      session.library.mf_normalize(session.context(), x, n, d);
      return true;
    },
    alignedPairs({ count, m, d, points, weights }, above, out) {
      if (count * m * d < least) return false;
      requireLength("points", points, count * m * d);
      requireLength("weights", weights, m);
      requireLength("out", out, count);
      return session.library.mf_aligned_pairs(session.context(), count, m, d, above, points, weights, out) === 0;
    },
  };
}
