export { erf, erfc } from "./erf.js";
export { logGamma } from "./log-gamma.js";
export { normalCdf, normalPdf, normalQuantile } from "./normal.js";
export { scaledErfc } from "./scaled-erfc.js";
