import { toNested } from "../../foundation/shapes/index.js";
import type { Json } from "../contract.js";

/** The regimes of format.md. */
export type RegimeName = "bounded" | "decays" | "low-rank-limit" | "blow-up" | "grows" | "oscillates" | "undecided";

/** A condition of a theorem, checked as a number. */
export type Hypothesis = {
  readonly name: string;
  readonly holds: boolean;
  /** The number it was decided on. */
  readonly value?: Json;
  /** How far that number is from where the answer would change; absent for yes-or-no conditions. */
  readonly margin?: number;
};

/** What a reader needs to check a verdict. */
export type Certificate = {
  readonly method: string;
  readonly source: string;
  readonly argument: string;
  readonly hypotheses: readonly Hypothesis[];
  /** What was tried, in order. */
  readonly tried?: readonly string[];
  /** Of a search beside the flow: starts, what they found, and whether the limit is among it. */
  readonly equilibria?: Json;
  readonly period?: number;
  readonly growthRate?: number;
  readonly spectrumQ?: readonly number[];
  readonly spectrumW?: Json;
  readonly d?: number;
  readonly closedForm?: Json;
  readonly escape?: Json;
  readonly schedule?: string;
};

/** Where Σ goes: Σ*, |Σ̇|/|Σ| there, the linearised operator on its rank stratum, and the rate of approach. */
export type Equilibrium = {
  readonly cov: Json;
  readonly residual: number;
  readonly spectrum?: Json;
  readonly rate?: number;
};

/** An answer of the analysis `regime`; plain JSON. */
export type Verdict = {
  readonly verdict: RegimeName;
  readonly tStar?: number;
  readonly tError?: number;
  readonly direction?: readonly number[];
  readonly equilibrium?: Equilibrium;
  /** Of the limit, or of lim Σ/|Σ| under blow-up. */
  readonly rank?: number;
  readonly certificate: Certificate;
};

export const matrixJson = (a: Float64Array, d: number): Json => toNested({ shape: [d, d], data: a }) as Json;

export const spectrumJson = ({ re, im }: { readonly re: Float64Array; readonly im: Float64Array }): Json =>
  Array.from(re, (value, k) => [value, im[k]!]);
