export { runAnswer } from "./answer.js";
export { runArrays } from "./arrays.js";
export { canonicalJson, type JsonValue, toJson } from "./canonical.js";
export {
  checkpointName,
  decodeCheckpoint,
  encodeCheckpoint,
  type FoundCheckpoint,
  findCheckpoint,
  type KeptCheckpoint,
  removeCheckpoint,
  writeCheckpoint,
} from "./checkpoint-file.js";
export { type EnsembleRow, ensembleRows } from "./ensemble-table.js";
export { type ExportFormat, exportFormats, exportRun } from "./export.js";
export { isTemporaryName, joinPath, type StoreIo, temporaryName } from "./io.js";
export {
  decodeManifest,
  encodeManifest,
  type FinishedManifest,
  type Machine,
  type Manifest,
  manifestName,
  manifestSchema,
  storeFormat,
} from "./manifest.js";
export { readNpy, writeNpy } from "./npy.js";
export { npzKeys, readNpz, readNpzArray, writeNpz } from "./npz.js";
export { runId } from "./run-id.js";
export type { RunRecord } from "./run-record.js";
export {
  claimRun,
  distancesName,
  ensembleName,
  type RunStatus,
  readManifest,
  readRun,
  releaseRun,
  seriesName,
  statesName,
  statusOf,
  writeRun,
} from "./run-store.js";
export { type CellRecords, type CellValue, cellRecords, readCells } from "./sweep/cell-records.js";
export { type CellRow, decodeColumns, encodeCells } from "./sweep/cell-table.js";
export { type ChunkName, chunkLabel, chunkSize, parseChunkName } from "./sweep/chunk-name.js";
export { cellArrays, exportCells } from "./sweep/export-cells.js";
export { type PlannedChunk, planChunkKey, planChunks } from "./sweep/plan-chunks.js";
export { createRowSource, type RowSource } from "./sweep/row-source.js";
export {
  baseId,
  readSweepManifest,
  type SweepBase,
  type SweepManifest,
  sweepManifestName,
} from "./sweep/sweep-manifest.js";
export {
  bestChunks,
  chunksName,
  claimSweep,
  listChunks,
  listLoose,
  looseName,
  readChunk,
  runsName,
  type StoredChunk,
  setAside,
  verifiedBytes,
  writeRows,
} from "./sweep/sweep-store.js";
export { type DistanceRow, distancesTable, type SeriesRow, seriesTable } from "./tables.js";
