export { type Expression, parseExpression } from "./parse.js";
