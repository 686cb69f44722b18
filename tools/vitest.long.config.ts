import { defineConfig } from "vitest/config";

// The suites that take minutes: `npm run test:long`.
export default defineConfig({
  resolve: { conditions: ["source"] },
  ssr: { resolve: { conditions: ["source"] } },
  test: {
    include: ["packages/*/src/**/*.long.test.ts", "packages/*/test/**/*.long.test.ts", "test/**/*.long.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**"],
    passWithNoTests: true,
    testTimeout: 1_200_000,
    hookTimeout: 300_000,
  },
});
