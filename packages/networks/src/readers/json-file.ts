import type { NetworkIo } from "../io.js";
import { reason, unreadable } from "./unreadable.js";

/** The parsed JSON of a file. @throws unreadable (missing, or not JSON) */
export async function readJsonFile(io: NetworkIo, name: string): Promise<unknown> {
  let text: string;
  try {
    text = await io.readText(name);
  } catch (thrown) {
    throw unreadable(name, "the file must be readable", reason(thrown), "Point at the folder that holds it");
  }
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw unreadable(name, "the file must be JSON", reason(thrown), "Fetch the file again; it may be cut off");
  }
}
