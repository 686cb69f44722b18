/* The one micro-kernel: sums[r][v] += sum over l < k of a[l][r] * b[l][v], a in panels of ROWS, b in rows of `stride`.
 * Scores, weighted means, the maps A and V and the matrix products are all this. Included once per element type.
 * `groups` of the vectors of b are used: GROUPS, or fewer where b is narrow. */
INLINE void TILE_NAME(const TILE_REAL *restrict a, const TILE_REAL *restrict b, int64_t stride, int64_t k,
                      int groups, TILE_VECTOR sums[ROWS][GROUPS]) {
  for (int64_t l = 0; l < k; l++) {
    TILE_VECTOR row[GROUPS];
    for (int v = 0; v < groups; v++) memcpy(&row[v], b + l * stride + v * (int)(sizeof row[v] / sizeof *b), sizeof row[v]);
    for (int r = 0; r < ROWS; r++) {
      const TILE_VECTOR factor = a[l * ROWS + r] - (TILE_VECTOR){0};
      for (int v = 0; v < groups; v++) sums[r][v] += factor * row[v];
    }
  }
}
