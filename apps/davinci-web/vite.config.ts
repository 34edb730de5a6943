/** Decides how the web application is built, and where a development server sends calls of the API. */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const api = process.env.RTDP_API_URL ?? 'http://127.0.0.1:7400';

export default defineConfig({
  plugins: [react()],
  server: { port: 7410, strictPort: true, proxy: { '/api': api, '/.well-known': api } },
  build: {
    target: 'es2022',
    sourcemap: false,
    // The libraries that stand behind one kind of page are large by themselves; each is its own lazily loaded file.
    chunkSizeWarningLimit: 1500,
  },
});
