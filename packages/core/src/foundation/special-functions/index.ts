export { besselIRatio, besselIRatioSequence, besselIScaled, besselIScaledSequence, logBesselI } from "./bessel.js";
export { erf, erfc } from "./erf.js";
export { funkHeckeExponential } from "./funk-hecke.js";
export { gegenbauerSequence, legendreSequence, zonalSequence } from "./gegenbauer.js";
export { logGamma } from "./log-gamma.js";
export { normalCdf, normalPdf, normalQuantile } from "./normal.js";
export { scaledErfc } from "./scaled-erfc.js";
export { harmonicIndex, type SphericalHarmonics, sphericalHarmonics } from "./spherical-harmonics.js";
