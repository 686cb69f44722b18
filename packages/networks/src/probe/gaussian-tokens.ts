import { InputError } from "@meanfield/core/foundation/errors";
import { psdSqrt } from "@meanfield/core/foundation/linear-algebra";
import { type RandomStream, stream } from "@meanfield/core/foundation/random";
import { applyLinear } from "../blocks/linear.js";
import type { Cloud } from "./contract.js";
import { centred, meanOf } from "./moments.js";

/** n rows mean + z·root, z standard normal in R^rows. @param root shape [rows, d], rootᵀ·root = cov */
function draw(mean: Float64Array, root: Float64Array, n: number, random: RandomStream): Cloud {
  const d = mean.length;
  const rows = root.length / d;
  const normals = new Float64Array(n * rows);
  random.fillNormal(normals);
  return { n, d, points: applyLinear({ dIn: rows, dOut: d, weight: root, bias: mean }, normals, n) };
}

/**
 * n draws of N(mean, cov) with the moments of a cloud of N tokens: x = mean + N^−½ Σ_j z_j (x_j − mean), exact without
 * a factorisation, also where the covariance is singular.
 * @cost O(n·N·d) time
 * @accuracy moments of many draws within sampling error (gaussian-tokens.test.ts)
 * @source derived: Cov = (1/N) Σ_j (x_j − mean)(x_j − mean)ᵀ
 */
export function drawLike(cloud: Cloud, n: number, random: RandomStream): Cloud {
  const mean = meanOf(cloud);
  const root = centred(cloud, mean).map((value) => value / Math.sqrt(cloud.n));
  return draw(mean, root, n, random);
}

function wrong(name: string, expected: number, got: number): InputError {
  return new InputError({
    code: "wrong-shape",
    who: "probe",
    rule: `gaussian.${name} must hold ${expected} numbers`,
    got: String(got),
    fix: "Use the width of the tokens that enter the first block, or leave it out to match the texts",
  });
}

/**
 * The Gaussian tokens of a probe: N(mean, cov), each part given or matched to `like`.
 * @param like the embedded real tokens; may be left out when both mean and cov are given
 * @throws missing, wrong-shape, not-symmetric, not-positive-semidefinite
 * @cost O(n·d²) after O(d³) for a given cov
 */
export function gaussianTokens(
  spec: { readonly n: number; readonly mean?: Float64Array; readonly cov?: Float64Array },
  d: number,
  like: Cloud | undefined,
  seed: number,
): Cloud {
  const { n, mean, cov } = spec;
  if (!Number.isInteger(n) || n < 2) {
    throw new InputError({
      code: "out-of-range",
      who: "probe",
      rule: "gaussian.n must be a whole number from 2",
      got: String(n),
      fix: "256 is a good start",
    });
  }
  if (mean !== undefined && mean.length !== d) throw wrong("mean", d, mean.length);
  if (cov !== undefined && cov.length !== d * d) throw wrong("cov", d * d, cov.length);
  const random = stream({ seed, purpose: "probe gaussian tokens" });
  if (mean !== undefined && cov !== undefined) return draw(mean, psdSqrt(cov, d).sqrt, n, random);
  if (like === undefined) {
    throw new InputError({
      code: "missing",
      who: "probe",
      rule: "Gaussian tokens need texts to match, or both gaussian.mean and gaussian.cov",
      got: "neither",
      fix: "Give texts; sampleTexts is a set of English ones",
    });
  }
  const centre = mean ?? meanOf(like);
  if (cov !== undefined) return draw(centre, psdSqrt(cov, d).sqrt, n, random);
  const root = centred(like, meanOf(like)).map((value) => value / Math.sqrt(like.n));
  return draw(centre, root, n, random);
}
