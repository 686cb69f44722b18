import { backendContract } from "../../../test/helpers/backend-contract.js";
import { createReferenceBackend } from "./index.js";

backendContract("reference", createReferenceBackend);
