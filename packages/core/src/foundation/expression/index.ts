export { type Expression, mentions, parseExpression } from "./parse.js";
