import { type StreamKey, startStream } from "@meanfield/core/foundation/random";
import type { Engine } from "./engine.js";

/**
 * The standard normals of stream(key).fillNormal(out), bit for bit: the same Philox blocks, and the same operations on
 * float64 in the same order.
 * @throws out-of-range
 * @throws MemoryRefused
 */
export function drawNormals(engine: Engine, key: StreamKey, out: Float64Array): boolean {
  const { philox, counter } = startStream(key);
  const arena = engine.arena();
  arena.reset();
  const at = arena.take(8 * out.length);
  const [key0, key1] = [philox[0]!, philox[1]!];
  engine.kernels().wide.normals(at, out.length, 0, key0, key1, counter[1]!, counter[2]!, counter[3]!);
  arena.read(at, out, out.length);
  return true;
}
