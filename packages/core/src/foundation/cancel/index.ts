/** Structural twin of AbortSignal, so that core needs no DOM types. */
export interface CancelSignal {
  readonly aborted: boolean;
}
