import { strFromU8, strToU8 } from "fflate";

/** UTF-8 bytes of a text. */
export function encodeText(text: string): Uint8Array {
  return strToU8(text);
}

/** The text of UTF-8 bytes. */
export function decodeText(bytes: Uint8Array): string {
  return strFromU8(bytes);
}
