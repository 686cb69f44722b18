import type { InputErrorCode, SpecPath } from "@meanfield/core/foundation/errors";
import { type Document, isAlias, isMap, isScalar, isSeq, type LineCounter, type Node, type Pair } from "yaml";

/** A place in a file, both counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

function offsetOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

/** Whether the key is to blame rather than its value: a name may stand as either. */
function blamesKey(code: InputErrorCode, value: unknown): boolean {
  if (code === "unknown-key") return true;
  return code === "unknown-name" && !(isScalar(value) && typeof value.value === "string");
}

/**
 * Position of the value at `path`, or of the nearest ancestor that is written in the file. When the last step of the
 * path is a key that is there, the key itself is what is pointed at if the error is about the key.
 */
export function positionOf(document: Document, lines: LineCounter, path: SpecPath, code: InputErrorCode): Position {
  let node: unknown = document.contents;
  let offset = offsetOf(node) ?? 0;
  path.forEach((step, k) => {
    if (isAlias(node)) node = node.resolve(document);
    let next: unknown;
    if (isMap(node)) {
      const pair = node.items.find(
        (item: Pair) => String((item.key as { value?: unknown })?.value ?? item.key) === String(step),
      );
      if (pair !== undefined) {
        const value = offsetOf(pair.value);
        const key = offsetOf(pair.key);
        offset = (k === path.length - 1 && blamesKey(code, pair.value) ? key : (value ?? key)) ?? offset;
        next = pair.value;
      }
    } else if (isSeq(node)) {
      next = node.items[Number(step)];
      offset = offsetOf(next) ?? offset;
    }
    node = next;
  });
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}
