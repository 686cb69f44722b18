/** Checks that files stay under 400 lines and functions under 60, unless a comment `// size: reason` says why not. */
import { join } from "node:path";
import { findOversized } from "./sizes.js";
import { report } from "./source-files.js";

report(findOversized(join(import.meta.dirname, "../..")), "sizes");
