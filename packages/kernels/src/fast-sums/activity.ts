import type { BackendActivity, SummationReport } from "@meanfield/core/foundation/backend";

/** Collects what was done, method by method. */
export interface Ledger {
  add(method: string, bound: number, fallBacks: number): void;
  notice(sentence: string): void;
  report(): BackendActivity;
}

/** Sentences kept: a run of many steps repeats a few. */
const mostNotices = 20;

export function createLedger(): Ledger {
  const rows = new Map<string, { -readonly [K in keyof SummationReport]: SummationReport[K] }>();
  const notices = new Set<string>();
  return {
    add(method, bound, fallBacks) {
      let row = rows.get(method);
      if (row === undefined) {
        row = { method, evaluations: 0, bound: 0, fallBacks: 0 };
        rows.set(method, row);
      }
      row.evaluations++;
      row.bound = Math.max(row.bound, bound);
      row.fallBacks += fallBacks;
    },
    notice(sentence) {
      if (notices.size < mostNotices) notices.add(sentence);
    },
    report: () => ({ summation: Array.from(rows.values(), (row) => ({ ...row })), notices: [...notices] }),
  };
}
