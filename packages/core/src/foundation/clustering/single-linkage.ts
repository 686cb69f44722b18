/** Two points by which two clusters are first joined. */
export interface LinkageEdge {
  readonly a: number;
  readonly b: number;
  /** The linking distance from which on they are one cluster. */
  readonly height: number;
}

/**
 * The merge tree of single linkage: the count − 1 edges of a minimal spanning tree, by height (Prim's algorithm). At a
 * linking distance r there are as many clusters as edges higher than r, and one more.
 * @param distance of points i and j, in any unit
 * @cost count²/2 distances, memory O(count)
 * @accuracy exact (foundation/clustering/single-linkage.test.ts)
 */
export function singleLinkage(count: number, distance: (i: number, j: number) => number): readonly LinkageEdge[] {
  const edges: LinkageEdge[] = [];
  const nearest = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  const link = new Int32Array(count);
  const outside = new Set(Array.from({ length: Math.max(0, count - 1) }, (_, k) => k + 1));
  let newest = 0;
  while (outside.size > 0) {
    let next = -1;
    for (const j of outside) {
      const reach = distance(newest, j);
      if (reach < nearest[j]!) {
        nearest[j] = reach;
        link[j] = newest;
      }
      if (next < 0 || nearest[j]! < nearest[next]!) next = j;
    }
    edges.push({ a: link[next]!, b: next, height: nearest[next]! });
    outside.delete(next);
    newest = next;
  }
  return edges.sort((one, other) => one.height - other.height);
}

/** The cluster of every point at a linking distance, named by its first point. @cost count × depth of the tree */
export function clustersAt(count: number, edges: readonly LinkageEdge[], reach: number): Int32Array {
  const label = Int32Array.from({ length: count }, (_, i) => i);
  for (const { a, b, height } of edges) {
    if (height > reach) break;
    const [kept, gone] = [Math.min(label[a]!, label[b]!), Math.max(label[a]!, label[b]!)];
    for (let i = 0; i < count; i++) if (label[i] === gone) label[i] = kept;
  }
  return label;
}
