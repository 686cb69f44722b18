export type { Method, MethodPlugin } from "../solve/method.js";
export * from "./catalog.js";
