import { chunksName, isTemporaryName, joinPath, looseName, type StoreIo } from "@meanfield/results";
import { driversName, livingDrivers } from "./leases.js";

/** The driver that a temporary file belongs to: its workers' mark, or its own sign of life. */
function driverOf(name: string): string | undefined {
  return /\.([0-9a-f]{16})-[0-9a-f]{12}\.tmp$/.exec(name)?.[1] ?? /^\.([0-9a-f]{16})\.json\./.exec(name)?.[1];
}

/** The mark of a driver in the names of its workers' temporary files. */
export const writerMark = (token: string): string => `${token}-`;

/**
 * Removes what writers left that were killed between writing and renaming.
 * @param own also of this driver, whose workers have ended
 */
export async function removeAbandoned(io: StoreIo, directory: string, own?: string): Promise<void> {
  const marked: { readonly path: string; readonly driver: string }[] = [];
  for (const folder of [chunksName, looseName, driversName]) {
    const inside = joinPath(directory, folder);
    if ((await io.kind(inside)) !== "directory") continue;
    for (const name of await io.list(inside)) {
      const driver = isTemporaryName(name) ? driverOf(name) : undefined;
      if (driver !== undefined) marked.push({ path: joinPath(inside, name), driver });
    }
  }
  // Asked after the listing: a driver gives its sign before it writes, so one whose file was seen and that lives is known.
  const living = new Set((await livingDrivers(io, directory)).map(({ token }) => token));
  for (const { path, driver } of marked) if (driver === own || !living.has(driver)) await io.remove(path);
}
