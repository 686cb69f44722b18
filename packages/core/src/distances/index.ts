export * from "./catalog.js";
export * from "./contract.js";
export { mardiaKurtosis, mardiaSkewness } from "./shared/mardia.js";
