import { checkCells, experiment, planSweep, sweepStages } from "@meanfield/core/experiment";
import { parseDocument } from "yaml";
import type { Finding } from "../source-files.js";
import type { Block } from "./blocks.js";

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether a value names arrays in files, which are not there when docs are checked. */
function namesFiles(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(namesFiles);
  return isObject(value) && (typeof value["file"] === "string" || Object.values(value).some(namesFiles));
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Checks an experiment, or a sweep with the cells that are known before anything runs. */
function checkDocument(value: Record<string, unknown>): void {
  const { sweep } = value;
  if (!isObject(sweep) || Object.keys(sweep).length === 0) return void experiment(value);
  const plan = planSweep(value);
  const cells = sweepStages(plan).next([]).value;
  if (cells) checkCells(plan, cells);
}

/** JSON must parse; YAML must parse, and be a valid experiment or sweep when it has a model and its other needed keys. */
export function checkData(block: Block): Finding[] {
  const finding = (rule: string): Finding[] => [{ file: block.file, line: block.line, rule }];
  if (block.language === "json") {
    try {
      JSON.parse(block.text);
    } catch (error) {
      return finding(messageOf(error));
    }
    return [];
  }
  const document = parseDocument(block.text);
  if (document.errors.length > 0) return finding(document.errors[0]!.message);
  const value = document.toJS() as unknown;
  if (block.words.includes("fragment") || !isObject(value) || !("model" in value) || namesFiles(value)) return [];
  try {
    checkDocument(value);
  } catch (error) {
    return finding(messageOf(error));
  }
  return [];
}
