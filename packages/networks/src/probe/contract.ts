import type { CancelSignal } from "@meanfield/core/foundation/cancel";
import type { NullBand } from "@meanfield/core/foundation/statistics";

/** n tokens of width d with equal weights. */
export interface Cloud {
  readonly n: number;
  readonly d: number;
  /** Shape [n, d]. */
  readonly points: Float64Array;
}

export interface MeasureValue {
  readonly value: number;
  /** What the measure would be for a cloud that is Gaussian. */
  readonly null?: NullBand;
}

/** Moments of the cloud at hand, computed once however many measures ask. */
export interface CloudMoments {
  /** Shape [d]. */
  mean(): Float64Array;
  /** Shape [d, d], with 1/n. */
  covariance(): Float64Array;
  /** Eigenvalues of the covariance that can differ from 0: min(n, d) of them, ascending, none below 0. */
  spectrum(): Float64Array;
}

export interface MeasureContext {
  readonly moments: CloudMoments;
  readonly seed: number;
  /** Whether a null band is wanted: not for a control. */
  readonly wantNull: boolean;
}

/** One number per cloud. */
export interface ProbeMeasure {
  readonly name: string;
  readonly unit: string;
  readonly doc: string;
  /** Which values are unlike those of a Gaussian: above the null band, or on either side of it. "above" when left out. */
  readonly unlike?: "above" | "both";
  measure(cloud: Cloud, context: MeasureContext): MeasureValue;
}

/** What is pushed through the network. */
export interface ProbeInput {
  /** None for a network that reads no texts. Attention runs within each text; statistics pool the tokens of all texts. */
  readonly texts: readonly string[];
  /** Tokens drawn from N(mean, cov); left out: none. mean [d] and cov [d, d] default to those of the texts' tokens. */
  readonly gaussian?: { readonly n: number; readonly mean?: Float64Array; readonly cov?: Float64Array };
}

export interface ProbeOptions {
  readonly measures: readonly ProbeMeasure[];
  /** Integer in [0, 2^53): draws the Gaussian tokens, the null bands and the random weights. */
  readonly seed: number;
  /** Whether everything is measured in the randomised network too. */
  readonly control: "randomised" | "none";
  readonly onProgress?: (done: number, total: number, label: string) => void;
  /** Asked before every pass and every layer. */
  readonly cancel?: CancelSignal;
}

export type InputName = "text" | "gaussian";

/** A measure in the network and, when asked for, in the same network with random weights. */
export interface ProbeValue extends MeasureValue {
  /** Whether the value is like that of a Gaussian cloud, by its null band; absent where there is none. */
  readonly inside?: boolean;
  readonly control?: number;
}

export interface ProbeLayer {
  /** Hook point of the state. */
  readonly name: string;
  readonly input: InputName;
  readonly measures: Readonly<Record<string, ProbeValue>>;
}

export interface ProbeHead {
  /** Block. */
  readonly name: string;
  readonly head: number;
  readonly input: InputName;
  readonly measures: Readonly<Record<string, ProbeValue>>;
}

export interface ProbeVerdict {
  readonly verdict: "gaussian" | "gaussian-until" | "not-gaussian" | "rises" | "falls" | "steady";
  readonly statement: string;
  readonly input: InputName;
  readonly measure: string;
  /** The last layer inside the null band (gaussian-until), or the first outside (not-gaussian). */
  readonly layer?: string;
}

/** As `meanfield probe --json` prints it. A cancelled probe holds the layers that were finished and no verdict. */
export interface ProbeResult {
  readonly network: string;
  readonly outcome: { readonly status: "completed" } | { readonly status: "stopped"; readonly event: "cancelled" };
  readonly layers: readonly ProbeLayer[];
  readonly heads: readonly ProbeHead[];
  readonly verdicts: readonly ProbeVerdict[];
}
