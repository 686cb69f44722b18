export type { Gaussian, Law, PointCloud } from "./law.js";
export { cloudOf, momentsOf, sampleGaussian, sampleLaw } from "./moments.js";
