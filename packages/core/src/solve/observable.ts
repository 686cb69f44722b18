/** A measurement of a flat state: fills `out` (row-major, of `shape`) at time t. */
export interface StateObservable {
  /** Shape of one measurement; [] for a scalar. */
  readonly shape: readonly number[];
  readonly unit: string;
  readonly doc: string;
  measure(t: number, y: Float64Array, out: Float64Array): void;
}

/** The state itself. Saved like any other observable, never by default. */
export function wholeState(size: number): StateObservable {
  return { shape: [size], unit: "1", doc: "the state", measure: (_t, y, out) => out.set(y) };
}
