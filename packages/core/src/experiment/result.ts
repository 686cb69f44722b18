import type { MonitorReport } from "../dynamics/index.js";
import type { BackendActivity } from "../foundation/backend/index.js";
import type { SolveErrorCode } from "../foundation/errors/index.js";
import type { NdArray } from "../foundation/shapes/index.js";
import type { Outcome } from "../solve/outcome.js";

/** One observable along one level. `value` has shape [k, ...item]; item is [] for a scalar. */
export interface Series {
  readonly t: Float64Array;
  readonly value: NdArray;
  readonly unit: string;
  readonly doc: string;
}

/** Something that happened along a run and did not end it: a density that fell below its grid, … */
export interface PassedEvent {
  readonly name: string;
  readonly t: number;
}

/**
 * Statistics of one observable over the repeats of an ensemble, at each of its times. Times at which fewer than two
 * repeats are left are cut off.
 */
export interface EnsembleSeries {
  readonly t: Float64Array;
  readonly unit: string;
  readonly doc: string;
  /** Repeats that reached each time, shape [k]. */
  readonly count: Float64Array;
  /** Shape [k, ...item], as all that follow where nothing else is said. */
  readonly mean: NdArray;
  /** Standard deviation, divided by count − 1. */
  readonly sd: NdArray;
  /** Standard error of the mean, sd/√count. */
  readonly se: NdArray;
  readonly min: NdArray;
  readonly max: NdArray;
  /** `value` [q, k, ...item] at the probabilities `at` [q]; ranks are within `rankError`·count, 0: exact. */
  readonly quantiles?: { readonly at: Float64Array; readonly value: NdArray; readonly rankError: number };
  /** Of the components of the item, divided by count − 1, shape [k, size, size]. */
  readonly covariance?: NdArray;
  /** `counts` [k, ...item, bins] between `edges` [bins + 1]; `below` and `above` what lies outside. */
  readonly histogram?: {
    readonly edges: Float64Array;
    readonly counts: NdArray;
    readonly below: NdArray;
    readonly above: NdArray;
  };
  /** Share of repeats above each threshold `above` [m], with Wilson's interval of 95 %; shapes [m, k, ...item]. */
  readonly exceedances?: {
    readonly above: Float64Array;
    readonly fraction: NdArray;
    readonly low: NdArray;
    readonly high: NdArray;
  };
}

/** Repeats that ended alike; `t` says when, where they ended early. */
export interface EnsembleEnd {
  readonly status: Outcome["status"];
  /** Name of the event, or code of the failure. */
  readonly reason?: string;
  readonly count: number;
  readonly t?: { readonly mean: number; readonly sd?: number; readonly min: number; readonly max: number };
}

/** What the repeats of one level have in common. */
export interface EnsembleResult {
  readonly repeats: number;
  readonly ends: readonly EnsembleEnd[];
  readonly series: Readonly<Record<string, EnsembleSeries>>;
}

/** What one level of description produced. Of an ensemble, outcome, states and series are those of repeat 0. */
export interface LevelResult {
  readonly outcome: Outcome;
  /** Saved times, shape [k]. A stopped run ends at its event. */
  readonly t: Float64Array;
  /** Saved states, each of shape [k, ...]: `x` [k, n, d] for clouds; `mean` [k, d] and `cov` [k, d, d] for moments. */
  readonly states: Readonly<Record<string, NdArray>>;
  readonly series: Readonly<Record<string, Series>>;
  /** What every run of this level is watched for, by name: rank and mean of moments, defect of an approximation. */
  readonly monitors?: Readonly<Record<string, MonitorReport>>;
  /** Present where the level approximates the mean-field law: what it leaves out. */
  readonly approximation?: string;
  /** Events that were passed without ending the run, in order; absent when there were none. */
  readonly events?: readonly PassedEvent[];
  readonly stats: {
    readonly steps: number;
    readonly rejected: number;
    readonly evaluations: number;
    readonly method: string;
  };
  /** Over all repeats, where `solve.repeats` > 1 and the level has something random. */
  readonly ensemble?: EnsembleResult;
}

/** A distance between two levels at common times; `null` is the band of the same distance between samples of one law. */
export interface DistanceSeries {
  readonly t: Float64Array;
  readonly value: Float64Array;
  readonly unit: string;
  /** √tr Σ of the law the band is taken of: what a distance is large or small against. */
  readonly spread: Float64Array;
  readonly null?: NullBand;
  /** Where and why the series ends before the levels do: the distance, or its band, could not be computed there. */
  readonly failed?: { readonly t: number; readonly code: SolveErrorCode; readonly message: string };
}

/** Quantiles .5, .05 and .95, at each time, of a distance between samples of one and the same law at the same n. */
export interface NullBand {
  readonly median: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly n: number;
  readonly repeats: number;
}

/** What governs how long a finite cloud follows the closure, at the compared depths; everything in nat but the sizes. */
export interface AttentionWatch {
  readonly n: number;
  readonly logN: number;
  /** Compared depths of the cloud. */
  readonly t: readonly number[];
  /**
   * The head with the greatest tilt, counted over all attentions, at the first depths: those the moments reach. So too
   * `tilt`, `effectiveSampleSize` and `entropyInClosure`; after them the last head is watched.
   */
  readonly head: readonly number[];
  /** E log(E w²/(E w)²) over the law, E|Σ^½Ax|² for softmax. */
  readonly tilt: readonly number[];
  /** n·e^{−tilt}. */
  readonly effectiveSampleSize: readonly number[];
  /** log n − KL: the mean entropy of an attention row if the cloud followed the closure. */
  readonly entropyInClosure: readonly number[];
  /** Mean entropy of an attention row of the cloud. */
  readonly entropy: readonly number[];
  /** The first compared depth from which the measured entropy meets `criterion`. */
  readonly frozen?: number;
  /** Why the rows end before the compared depths do, where the numerics failed. */
  readonly ended?: string;
  readonly criterion: string;
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
  /** The method of summation that was asked for by name. */
  readonly method?: string;
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
  /** Pair, as in `distances` → tilt, effective sample size and entropy at the compared depths; where the model has a closure. */
  readonly attention?: Readonly<Record<string, AttentionWatch>>;
  readonly expect: readonly ExpectationResult[];
}
