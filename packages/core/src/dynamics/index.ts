export * from "./catalog.js";
export * from "./contract.js";
export { levelObstacle } from "./level-obstacle.js";
