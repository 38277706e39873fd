/** Builds the dashboard into `dist`, and in development passes API calls on to a running Outlay. */
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const OUTLAY = "http://127.0.0.1:5002";

export default defineConfig({
  plugins: [react(), tailwindcss()],
  build: {
    target: "es2022",
    // The content security policy allows no data: fonts or images, so nothing is inlined.
    assetsInlineLimit: 0,
    sourcemap: false,
  },
  server: {
    proxy: {
      "/api": { target: OUTLAY },
      "/socket.io": { target: OUTLAY, ws: true },
    },
  },
  // The contrast test reads the style sheet itself.
  test: { environment: "node", include: ["src/**/*.test.{ts,tsx}"], css: true },
});
