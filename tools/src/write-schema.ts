/** Writes the JSON Schema of experiment files, from the plug-ins' own schemas, for editors to complete from. */
import { builtinPlugins, experimentJsonSchema } from "@meanfield/core/experiment";
import { writeOrCheck } from "./generated-file.js";

const text = `${JSON.stringify(experimentJsonSchema(builtinPlugins), null, 2)}\n`;
writeOrCheck("packages/cli/schema.json", text, "npm run schema");
