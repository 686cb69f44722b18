export * from "./bind-numeric.js";
export * from "./numeric-spec.js";
export * from "./schedule.js";
export * from "./schema.js";
