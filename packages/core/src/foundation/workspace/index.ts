export { createWorkspace, fresh, type Workspace } from "./workspace.js";
