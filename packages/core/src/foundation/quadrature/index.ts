export { gaussGegenbauer, gaussHermite, gaussJacobi, gaussLegendre } from "./gauss.js";
export { gaussianRule } from "./gaussian.js";
export type { QuadratureRule } from "./golub-welsch.js";
export { circleRule, sphereRule, zonalRule } from "./sphere.js";
