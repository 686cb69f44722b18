import type { FastMethod } from "./contract.js";
import { exponentialGrid } from "./exponential-grid/index.js";
import { fourier } from "./fourier/index.js";
import { harmonics } from "./harmonics/index.js";
import { pruned } from "./pruned/index.js";

/** Every fast method, cheap plans first. */
export const fastMethods: readonly FastMethod[] = [fourier, harmonics, exponentialGrid, pruned];
