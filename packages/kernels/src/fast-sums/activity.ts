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
  const rows = new Map<string, SummationReport>();
  const notices = new Set<string>();
  return {
    add(method, bound, fallBacks) {
      const row = rows.get(method) ?? { method, evaluations: 0, bound: 0, fallBacks: 0 };
      rows.set(method, {
        method,
        evaluations: row.evaluations + 1,
        bound: Math.max(row.bound, bound),
        fallBacks: row.fallBacks + fallBacks,
      });
    },
    notice(sentence) {
      if (notices.size < mostNotices) notices.add(sentence);
    },
    report: () => ({ summation: [...rows.values()], notices: [...notices] }),
  };
}
