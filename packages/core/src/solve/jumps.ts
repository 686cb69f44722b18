/** A drift as it is on one side of its jumps. */
export interface SmoothPiece {
  drift(t: number, y: Float64Array, out: Float64Array): void;
  /** > 0 where this is the drift, < 0 beyond. Continuous along the flow of the piece. */
  margin(t: number, y: Float64Array): number;
}

/** A drift that jumps where the state crosses a surface. */
export interface Jumps {
  /** Where it jumps, in words. */
  readonly rule: string;
  /** The smooth piece that holds at y, a function of t and y alone; it keeps nothing of y. */
  pieceAt?(t: number, y: Float64Array): SmoothPiece;
}
