import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The page is served from the class path under a policy that allows no inline script, so nothing is inlined.
export default defineConfig({
  plugins: [react()],
  base: '/',
  build: {
    outDir: 'target/classes/keelson-web',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
