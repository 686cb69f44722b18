export * from "./bind-numeric.js";
export { isMapping } from "./is-mapping.js";
export * from "./numeric-spec.js";
export { hasRoom, requireRoom } from "./require-room.js";
export * from "./schedule.js";
export * from "./schema.js";
