import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** Addresses in the built files are relative, so that a proxy may serve the page below any path. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  publicDir: 'public',
  build: {
    outDir: '../dist/page',
    emptyOutDir: true,
    target: 'es2024',
    modulePreload: { polyfill: false },
    // everything is a file of its own: the page's policy allows no data in addresses
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
});
