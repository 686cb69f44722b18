export type { Cells, Gaussian, Law, PointCloud } from "./law.js";
export { cloudOf, isExact, momentsOf, sampleGaussian, sampleLaw } from "./moments.js";
export { roughness } from "./roughness.js";
