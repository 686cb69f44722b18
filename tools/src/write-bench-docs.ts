/**
 * Writes what was measured into the docs: the tables between `<!-- bench: name -->` and `<!-- end -->`, and the figure of the
 * kernels, from the JSON of bench/measured. Nothing is measured here; `npm run bench:docs` does both.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type BenchSource, benchFigure, renderSvg } from "@meanfield/figures";
import { parseHTML } from "linkedom";
import {
  fractionTable,
  type KernelAnswer,
  kernelSettings,
  otherTable,
  peerTable,
  rooflineTable,
  sizeTable,
  threadTable,
  timeTable,
} from "./bench-docs/kernels.js";
import { fillBlocks } from "./bench-docs/markdown.js";
import {
  type CircleLawAnswer,
  circleLawTable,
  crossoverTable,
  type FastSumsAnswer,
  fastSumsSettings,
  fastSumsTable,
  type PhaseDiagramAnswer,
  phaseDiagramTable,
  type SweepCellsAnswer,
  sweepCellsTable,
} from "./bench-docs/others.js";
import { writeOrCheck } from "./generated-file.js";

const root = join(import.meta.dirname, "../..");
const read = <Answer>(name: string): Answer =>
  JSON.parse(readFileSync(join(root, "bench/measured", `${name}.json`), "utf8")) as Answer;

const kernels = read<KernelAnswer & BenchSource>("kernels");
const fastSums = read<FastSumsAnswer>("fast-sums");

const blocks = {
  "kernel-settings": () => kernelSettings(kernels),
  "kernel-rooflines": () => rooflineTable(kernels),
  "kernel-times": () => timeTable(kernels),
  "kernel-fractions": () => fractionTable(kernels),
  "kernel-peers": () => peerTable(kernels),
  "kernel-sizes": () => sizeTable(kernels),
  "kernel-threads": () => threadTable(kernels),
  "kernel-others": () => otherTable(kernels),
  "fast-sums-settings": () => fastSumsSettings(fastSums),
  "fast-sums": () => fastSumsTable(fastSums),
  crossovers: () => crossoverTable(fastSums),
  "circle-law": () => circleLawTable(read<CircleLawAnswer>("circle-law")),
  "phase-diagram": () => phaseDiagramTable(read<PhaseDiagramAnswer>("phase-diagram")),
  "sweep-cells": () => sweepCellsTable(read<SweepCellsAnswer>("sweep-cells")),
};

const command = "npm run bench:docs` or `node tools/dist/write-bench-docs.js";
for (const page of ["kernels", "kernels-fast-sums", "mean-field", "sweeps"]) {
  const file = `docs/${page}.md`;
  writeOrCheck(file, fillBlocks(readFileSync(join(root, file), "utf8"), blocks, file), command);
}
const document = parseHTML("<!doctype html><html><body></body></html>").document as unknown as Parameters<
  typeof renderSvg
>[1];
writeOrCheck("docs/figures/bench-kernels.svg", renderSvg(benchFigure(kernels), document), command);
