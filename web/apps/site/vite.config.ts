import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** A program that renders every page once, at build time: what visitors get has no scripts. */
export default defineConfig({
  plugins: [react()],
  build: { ssr: "src/pages.tsx", ssrEmitAssets: true, cssCodeSplit: false, emptyOutDir: true, outDir: "dist", target: "node20" },
  ssr: { noExternal: true },
});
