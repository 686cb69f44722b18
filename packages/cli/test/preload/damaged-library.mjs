/** The native library is there and cut off. */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const isLibrary = (path) => /meanfield-[^/]*\.(so|dylib)$/.test(String(path));
const { existsSync, readFileSync } = fs;
fs.existsSync = (path) => isLibrary(path) || isLibrary(String(path).replace(/\.json$/, "")) || existsSync(path);
fs.readFileSync = (path, ...rest) => (isLibrary(path) ? Buffer.from("\x7fELF") : readFileSync(path, ...rest));
syncBuiltinESMExports();
