/** Checks the documentation: TypeScript is type-checked or run, experiments are validated, commands run, links lead somewhere. */
import { join } from "node:path";
import { findDocsErrors } from "./docs/find-docs-errors.js";
import { report } from "./source-files.js";

report(findDocsErrors(join(import.meta.dirname, "../..")), "docs");
