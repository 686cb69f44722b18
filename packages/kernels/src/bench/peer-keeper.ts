import type { Sample } from "./measure.js";
import { openPeers, type PeerInfo, type PeerProcess, type PeerRequest, peerRequests } from "./peers.js";
import type { BenchGroup, Precision } from "./plan.js";

/** Something to ask a peer for. */
export interface PeerAsked {
  readonly request: PeerRequest;
  readonly threads: number;
  /** One sample; undefined once the peers are left out. */
  ask(): Promise<Sample | undefined>;
}

/** Peers for each number of threads, started when they are first needed; all are left out once one fails. */
export interface PeerKeeper {
  /** What the peers of a group can be asked. */
  of(group: BenchGroup): Promise<PeerAsked[]>;
  /** What the first that was there said of itself. */
  info(): PeerInfo | undefined;
  close(): void;
}

export interface PeerKeeperOptions {
  /** The interpreter; no peers without it. */
  readonly python?: string;
  readonly precisions: readonly Precision[];
  /** Milliseconds for a start or an answer. */
  readonly limitMs?: number;
  /** Asked while a peer computes; may throw to end the measurement. */
  check?(): void;
  notice(sentence: string): void;
}

/** How often `check` is asked while a peer computes, ms. */
const checkMs = 100;

/** Waits for a peer, and ends all of them when `check` throws. */
async function watched<T>(work: Promise<T>, stop: AbortController, check?: () => void): Promise<T> {
  const timer = setInterval(() => {
    try {
      check?.();
    } catch {
      stop.abort();
    }
  }, checkMs);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}

export function keepPeers({ python, precisions, limitMs, check, notice }: PeerKeeperOptions): PeerKeeper {
  const started = new Map<number, PeerProcess>();
  const stop = new AbortController();
  let info: PeerInfo | undefined;

  const leaveOut = (sentence: string) => {
    stop.abort();
    notice(sentence);
  };

  const at = async (threads: number): Promise<PeerProcess | undefined> => {
    const known = started.get(threads);
    if (python === undefined || stop.signal.aborted || known !== undefined) return known;
    const options = { threads, signal: stop.signal, ...(limitMs === undefined ? {} : { limitMs }) };
    const peer = await watched(openPeers(python, options), stop, check);
    check?.();
    if (typeof peer === "string") {
      leaveOut(peer);
      return undefined;
    }
    started.set(threads, peer);
    info ??= peer.info;
    return peer;
  };

  const ask = async (peer: PeerProcess, request: PeerRequest): Promise<Sample | undefined> => {
    if (stop.signal.aborted) return undefined;
    try {
      return await watched(peer.ask(request), stop, check);
    } catch (error) {
      check?.();
      const where = `${request.kernel}, n = ${request.n}, d = ${request.d}`;
      leaveOut(`The peers are left out from ${where} on: ${(error as Error).message}`);
      return undefined;
    }
  };

  return {
    async of(group) {
      const asked: PeerAsked[] = [];
      for (const threads of group.threads) {
        const peer = await at(threads);
        if (peer === undefined || stop.signal.aborted) continue;
        for (const request of peerRequests(group, peer.info, precisions)) {
          asked.push({ request, threads, ask: () => ask(peer, request) });
        }
      }
      return asked;
    },
    info: () => info,
    close: () => stop.abort(),
  };
}
