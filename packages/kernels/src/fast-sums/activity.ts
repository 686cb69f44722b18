import type { BackendActivity, SummationReport } from "@meanfield/core/foundation/backend";

/** Collects what was done, method by method. */
export interface Ledger {
  /**
   * @param evaluations fields of single systems; 0 for a further head of one that is counted already
   * @param by the backend that computed it, where that is not the direct one
   */
  add(method: string, bound: number, fallBacks: number, evaluations: number, by?: string): void;
  notice(sentence: string): void;
  /** What was collected since the last report. */
  report(): BackendActivity;
}

/** Sentences kept: a run of many steps repeats a few. */
const mostNotices = 20;

export function createLedger(): Ledger {
  const rows = new Map<string, { -readonly [K in keyof SummationReport]: SummationReport[K] }>();
  const notices = new Set<string>();
  return {
    add(method, bound, fallBacks, evaluations, by) {
      const key = by === undefined ? method : `${method} ${by}`;
      let row = rows.get(key);
      if (row === undefined) {
        row = { method, ...(by !== undefined && { by }), evaluations: 0, bound: 0, fallBacks: 0 };
        rows.set(key, row);
      }
      row.evaluations += evaluations;
      row.bound = Math.max(row.bound, bound);
      row.fallBacks += fallBacks;
    },
    notice(sentence) {
      if (notices.size < mostNotices) notices.add(sentence);
    },
    report() {
      const activity = { summation: [...rows.values()], notices: [...notices] };
      rows.clear();
      notices.clear();
      return activity;
    },
  };
}
