import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

// Tests resolve the packages to their TypeScript sources ("source" condition of each package.json), so that
// one instance of every module is under test and no build can be stale. Workers load dist, in tests too.
export default defineConfig({
  resolve: { conditions: ["source"] },
  ssr: { resolve: { conditions: ["source"] } },
  test: {
    include: [
      "packages/*/src/**/*.test.ts",
      "packages/*/test/**/*.test.ts",
      "test/**/*.test.ts",
      "tools/test/**/*.test.ts",
    ],
    exclude: ["**/node_modules/**", "**/dist/**", "**/*.long.test.ts"],
    // What tests measure of a busy machine is not for the user's cache.
    env: { MEANFIELD_CACHE: join(tmpdir(), `meanfield-test-cache-${process.pid}`) },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
