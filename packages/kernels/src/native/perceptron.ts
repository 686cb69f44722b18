import type { PerceptronLayer } from "@meanfield/core/foundation/backend";
import { declined } from "../shared/declined.js";
import { requireLength } from "./require-length.js";
import type { Session } from "./session.js";

/** enum activation of native/perceptron.c. */
const activationNumbers: Readonly<Record<PerceptronLayer["activation"], number>> = {
  relu: 0,
  tanh: 1,
  sigmoid: 2,
  silu: 3,
  linear: 4,
};

/** out_i += factor · Σ_j σ(a_j·x_i + b_j) o_j. @cost n × width × (2d multiply-adds + 1 activation) */
export function nativePerceptron(
  session: Session,
  layer: PerceptronLayer,
  points: Float64Array,
  n: number,
  factor: number,
  out: Float64Array,
): boolean {
  session.declined = declined.incomplete;
  const { activation, width, input, bias, output } = layer;
  if (n === 0 || width === 0 || points.length < n) return false;
  const d = input.length / width;
  if (!Number.isInteger(d) || d === 0) return false;
  requireLength("input", input, width * d);
  requireLength("bias", bias, width);
  requireLength("output", output, width * d);
  requireLength("points", points, n * d);
  requireLength("out", out, n * d);
  const { sizes, library } = session;
  sizes[0] = session.precision === "f32" ? 1 : 0;
  sizes[1] = activationNumbers[activation];
  sizes[2] = d;
  sizes[3] = width;
  sizes[4] = n;
  session.declined = declined.range;
  return library.mf_perceptron(session.context(), sizes, factor, input, bias, output, points, out) === 0;
}
