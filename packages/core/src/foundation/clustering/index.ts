export { clustersAt, type LinkageEdge, singleLinkage } from "./single-linkage.js";
