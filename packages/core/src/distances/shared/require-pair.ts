import { InputError } from "../../foundation/errors/index.js";
import type { Law } from "../../laws/contract.js";
import type { DistanceTraits, LawPair } from "../contract.js";

/** The kinds of two laws, in no order. */
export function pairOf(a: Pick<Law, "kind">, b: Pick<Law, "kind">): LawPair {
  if (a.kind !== b.kind) return "cloud-gaussian";
  return a.kind === "gaussian" ? "gaussian-gaussian" : "cloud-cloud";
}

const words: Readonly<Record<LawPair, string>> = {
  "cloud-cloud": "two clouds",
  "cloud-gaussian": "a cloud and a Gaussian",
  "gaussian-gaussian": "two Gaussians",
};

/**
 * Refuses two laws whose kinds a distance does not compare, and says what to take instead.
 * @throws incompatible
 */
export function requirePair(who: string, { between }: DistanceTraits, a: Law, b: Law, fix: string): void {
  const pair = pairOf(a, b);
  if (between.includes(pair)) return;
  throw new InputError({
    code: "incompatible",
    who,
    rule: `compares ${between.map((one) => words[one]).join(", or ")}`,
    got: words[pair],
    fix,
    details: { between, pair },
  });
}
