/* The one micro-kernel: sums[r][v] += sum over l < k of a[r][l] * b[l][v], a with steps `row` and `term` (1 and ROWS in a
 * panel), b in rows of `stride`.
 * Scores, weighted means, the maps A and V and the matrix products are all this. Included once per element type.
 * `groups` of the vectors of b are used: GROUPS, or fewer where b is narrow. */
INLINE void TILE_NAME(const TILE_REAL *restrict a, int64_t row, int64_t term, const TILE_REAL *restrict b,
                      int64_t stride, int64_t k, int groups, TILE_VECTOR sums[ROWS][GROUPS]) {
  for (int64_t l = 0; l < k; l++) {
    TILE_VECTOR right[GROUPS];
    for (int v = 0; v < groups; v++)
      memcpy(&right[v], b + l * stride + v * (int)(sizeof right[v] / sizeof *b), sizeof right[v]);
    for (int r = 0; r < ROWS; r++) {
      const TILE_VECTOR factor = a[r * row + l * term] - (TILE_VECTOR){0};
      for (int v = 0; v < groups; v++) sums[r][v] += factor * right[v];
    }
  }
}
