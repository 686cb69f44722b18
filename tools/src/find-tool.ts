import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Tools of the machine that some suites need. */
export type Tool = "chromium" | "numpy";

function numpy(): string | undefined {
  const hasNumpy = (python: string) => spawnSync(python, ["-c", "import numpy"], { stdio: "ignore" }).status === 0;
  return ["python3", "/usr/bin/python3"].find(hasNumpy);
}

function chromium(): string | undefined {
  const named = process.env["CHROMIUM"];
  const candidates = named === undefined || named === "" ? ["/usr/bin/chromium"] : [named];
  return candidates.find((path) => existsSync(path));
}

/** How a missing tool is come by, for messages. */
export const remedy: Readonly<Record<Tool, string>> = {
  chromium: "install Debian's chromium, or name one with CHROMIUM=/path",
  numpy: "install python3-numpy, so that python3 or /usr/bin/python3 imports numpy",
};

/** Command of the tool: a Python that has NumPy, a Chromium. undefined where there is none. */
export function findTool(tool: Tool): string | undefined {
  return tool === "numpy" ? numpy() : chromium();
}
