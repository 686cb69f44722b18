import { InputError, show } from "@meanfield/core/foundation/errors";

/** A piece of text and its log-probability; null counts as 0, as published vocabularies have it in a few places. */
export type VocabularyEntry = readonly [piece: string, score: number | null];

export interface UnigramOptions {
  /** Leading entries that are control symbols and never match text (1). Default 6. */
  readonly reserved?: number;
}

/** Text → token ids. */
export interface Tokenizer {
  /** Size of the vocabulary (1). */
  readonly size: number;
  /** The ids of the most probable segmentation; 0 for a run of unknown characters. */
  encode(text: string): Int32Array;
  /** The piece of an id. @throws out-of-range */
  piece(id: number): string;
}

interface TrieNode {
  readonly next: Map<string, TrieNode>;
  /** Id of the piece that ends here, or −1. */
  id: number;
}

const spaceSymbol = "\u2581";
const unknown = 0;

function buildTrie(vocabulary: readonly VocabularyEntry[], reserved: number): TrieNode {
  const root: TrieNode = { next: new Map(), id: -1 };
  for (let id = reserved; id < vocabulary.length; id++) {
    let node = root;
    for (const symbol of vocabulary[id]![0]) {
      let child = node.next.get(symbol);
      if (child === undefined) {
        child = { next: new Map(), id: -1 };
        node.next.set(symbol, child);
      }
      node = child;
    }
    if (node !== root) node.id = id;
  }
  return root;
}

/** NFKC, a leading ▁, and ▁ for every space: the normal form in which pieces are stored. */
function toSymbols(text: string): string[] {
  const normal = text.normalize("NFKC");
  return normal.length === 0 ? [] : Array.from(spaceSymbol + normal.replaceAll(" ", spaceSymbol));
}

/** Back pointers of the best segmentation: the id of the last piece of every prefix. */
function bestPieces(symbols: readonly string[], root: TrieNode, scores: Float64Array): Int32Array {
  const best = new Float64Array(symbols.length + 1);
  const last = new Int32Array(symbols.length + 1).fill(unknown);
  for (let start = 0; start < symbols.length; start++) {
    let matched = false;
    let node = root.next.get(symbols[start]!);
    for (let end = start + 1; node !== undefined; end++) {
      if (node.id >= 0) {
        matched = true;
        relax(best, last, end, best[start]! + scores[node.id]!, node.id);
      }
      node = end < symbols.length ? node.next.get(symbols[end]!) : undefined;
    }
    if (!matched) relax(best, last, start + 1, best[start]!, unknown);
  }
  return last;
}

/** A score of exactly 0 means "nothing yet"; ties go to the later start, that is to the shorter piece. */
function relax(best: Float64Array, last: Int32Array, end: number, score: number, id: number): void {
  if (best[end] !== 0 && score < best[end]!) return;
  best[end] = score;
  last[end] = id;
}

/** Ids from the end to the start, runs of unknown merged, then reversed. */
function backtrack(last: Int32Array, lengths: Int32Array): Int32Array {
  const ids: number[] = [];
  for (let end = last.length - 1; end > 0; end -= lengths[last[end]!]!) {
    const id = last[end]!;
    if (id !== unknown || ids.at(-1) !== unknown) ids.push(id);
  }
  return Int32Array.from(ids.reverse());
}

/**
 * SentencePiece unigram segmentation: argmax over the ways to cut ▁text into pieces of Σ score(piece), by dynamic
 * programming over prefixes. Unknown characters cost nothing and a run of them is one token with id 0.
 * @param vocabulary pieces in the order of their ids
 * @throws empty
 * @cost O(characters · longest piece) per text; O(vocabulary) once
 * @accuracy equal ids on random and hand-picked text to `@energetic-ai/embeddings` (unigram.test.ts)
 * @source derived (Viterbi); conventions of the published vocabulary
 */
export function unigram(vocabulary: readonly VocabularyEntry[], options: UnigramOptions = {}): Tokenizer {
  const reserved = options.reserved ?? 6;
  if (vocabulary.length <= reserved) {
    throw new InputError({
      code: "empty",
      who: "unigram",
      rule: `the vocabulary must have more than its ${reserved} reserved entries`,
      got: String(vocabulary.length),
      fix: "Give the full vocabulary",
    });
  }
  const root = buildTrie(vocabulary, reserved);
  const scores = Float64Array.from(vocabulary, ([, score]) => score ?? 0);
  const lengths = Int32Array.from(vocabulary, ([piece], id) => (id === unknown ? 1 : Array.from(piece).length));
  return {
    size: vocabulary.length,
    encode: (text) => backtrack(bestPieces(toSymbols(text), root, scores), lengths),
    piece(id): string {
      const entry = vocabulary[id];
      if (entry !== undefined) return entry[0];
      const rule = `an id must be a whole number below ${vocabulary.length}`;
      throw new InputError({ code: "out-of-range", who: "piece", rule, got: show(id), fix: "Use ids from encode" });
    },
  };
}
