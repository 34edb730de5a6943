/** Decides how the web application is built, into which files, and where a development server sends calls of the API. */
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
    rolldownOptions: {
      output: {
        // Each file that a page asks for costs a browser more than some kilobytes that it does not need yet.
        codeSplitting: {
          groups: [
            { name: 'start', test: /node_modules[\\/](@tanstack[\\/]query-core)|src[\\/](api|first)/, priority: 5 },
            { name: 'charts', test: /node_modules[\\/](echarts|zrender)[\\/]/, priority: 4 },
            {
              name: 'frame',
              test: /node_modules[\\/](react|react-dom|scheduler|i18next|react-i18next|@tanstack)[\\/]/,
              priority: 3,
            },
            {
              name: 'parts',
              test: /node_modules[\\/](antd|@rc-component|@ant-design|@emotion|dayjs)[\\/]/,
              minShareCount: 10,
              priority: 2,
            },
            {
              name: 'shell',
              test: /src[\\/](shell|widgets)[\\/](?!chart\.tsx|use-canvas)[^\\/]*$/,
              minShareCount: 3,
              priority: 1,
            },
          ],
        },
      },
    },
  },
});
