export * from "./catalog.js";
export type { Method, MethodPlugin } from "../solve/method.js";
