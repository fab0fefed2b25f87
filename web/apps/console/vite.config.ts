import { fileURLToPath } from "node:url";

import optimizeLocales from "@react-aria/optimize-locales-plugin";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const STATIC_FOLDER = fileURLToPath(new URL("../../../src/openclaw/apps/server/static", import.meta.url));
const SERVER = "http://127.0.0.1:3000";

export default defineConfig({
  plugins: [react(), { ...optimizeLocales.vite({ locales: ["en-US", "zh-CN"] }), enforce: "pre" }],
  build: {
    outDir: STATIC_FOLDER,
    emptyOutDir: true,
    target: "es2022",
    // The server sends a strict content security policy: no data: scripts, no inlined modules.
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "react", test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/ },
            { name: "markdown", test: /node_modules[\\/](react-markdown|remark|mdast|micromark|unified|hast|vfile|unist)/ },
          ],
        },
      },
    },
  },
  // The examples of the workflow language lie beside `web`.
  server: { fs: { allow: ["../../.."] }, port: 5173, proxy: { "/api": { target: SERVER, changeOrigin: false } } },
});
