import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["packages/*/src/**/*.test.{ts,tsx}", "apps/*/src/**/*.test.{ts,tsx}", "tests/**/*.test.ts"],
    environment: "node",
    sequence: { shuffle: true },
    restoreMocks: true,
    // A busy machine is no fault: what hangs is still found.
    testTimeout: 30_000,
  },
});
