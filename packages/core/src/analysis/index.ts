export { analysisObstacle } from "./analysis-obstacle.js";
export * from "./catalog.js";
export * from "./contract.js";
