import type { BackendActivity } from "../foundation/backend/index.js";
import type { NdArray } from "../foundation/shapes/index.js";
import type { Outcome } from "../solve/outcome.js";

/** One observable along one level. `value` has shape [k, ...item]; item is [] for a scalar. */
export interface Series {
  readonly t: Float64Array;
  readonly value: NdArray;
  readonly unit: string;
  readonly doc: string;
}

/** What one level of description produced. */
export interface LevelResult {
  readonly outcome: Outcome;
  /** Saved times, shape [k]. A stopped run ends at its event. */
  readonly t: Float64Array;
  /** Saved states, each of shape [k, ...]: `x` [k, n, d] for clouds; `mean` [k, d] and `cov` [k, d, d] for moments. */
  readonly states: Readonly<Record<string, NdArray>>;
  readonly series: Readonly<Record<string, Series>>;
  readonly stats: {
    readonly steps: number;
    readonly rejected: number;
    readonly evaluations: number;
    readonly method: string;
  };
}

/** A distance between two levels at common times; `null` is the band of the same distance between samples of one law. */
export interface DistanceSeries {
  readonly t: Float64Array;
  readonly value: Float64Array;
  readonly unit: string;
  /** √tr Σ of the law the band is taken of: what a distance is large or small against. */
  readonly spread: Float64Array;
  readonly null?: NullBand;
}

/** Quantiles .5, .05 and .95, at each time, of a distance between samples of one and the same law at the same n. */
export interface NullBand {
  readonly median: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly n: number;
  readonly repeats: number;
}

/** One line of `expect:` with what was found. */
export interface ExpectationResult {
  readonly ok: boolean;
  readonly [key: string]: unknown;
}

/** The backend a run used, as its manifest says. */
export interface BackendReport {
  readonly name: string;
  readonly precision: "f64" | "f32";
  readonly accuracy: "exact" | number;
  readonly threads: number;
  /** The instruction set, where it decides the bits. */
  readonly variant?: string;
}

/** The backend of a run that has ended, with what it did. */
export interface BackendRecord extends BackendReport, Partial<BackendActivity> {}

/** Everything a run of an experiment produced; a plain value that crosses workers and goes into the store. */
export interface RunResult {
  readonly format: 1;
  /** The canonical resolved spec (JSON value: no typed arrays). */
  readonly spec: Readonly<Record<string, unknown>>;
  readonly backend: BackendRecord;
  readonly levels: Readonly<Record<string, LevelResult>>;
  /** "levelA|levelB" → metric → distances. */
  readonly distances: Readonly<Record<string, Readonly<Record<string, DistanceSeries>>>>;
  readonly expect: readonly ExpectationResult[];
}
