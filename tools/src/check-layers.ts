/** Checks who imports whom: the layers of core, the members of its families, the packages, cycles, purity of core. */
import { join } from "node:path";
import { findLayerViolations } from "./layers/find-layer-violations.js";
import { report } from "./source-files.js";

report(findLayerViolations(join(import.meta.dirname, "../..")), "layers");
