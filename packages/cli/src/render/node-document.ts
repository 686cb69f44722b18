import { parseHTML } from "linkedom";

/** A DOM document for Node, in which figures create their elements. Each call gives a fresh one. */
export function nodeDocument(): Document {
  return parseHTML("<!doctype html><html><body></body></html>").document as unknown as Document;
}
