/** Decides how the web application is built, into which files, and where a development server sends calls of the API. */
import react from '@vitejs/plugin-react';
import { build, defineConfig, type Plugin, type Rolldown } from 'vite';

const api = process.env.RTDP_API_URL ?? 'http://127.0.0.1:7400';

/** Modules below `folders`, as the bundler names them on every system. */
function below(...folders: string[]): RegExp {
  return new RegExp(`[\\\\/](${folders.map((folder) => folder.replaceAll('/', '[\\\\/]')).join('|')})`);
}

/** Lets the document itself ask for the files that draw: they are there when the first questions are out. */
const drawsEarly: Plugin = {
  name: 'draws-early',
  transformIndexHtml: {
    order: 'post',
    handler: (_, { bundle = {} }) => {
      const withImports = (isRoot: (file: Rolldown.OutputChunk) => boolean): Set<string> => {
        const files = new Set<string>();
        const add = (name: string): void => {
          const file = bundle[name];
          if (file?.type !== 'chunk' || files.has(name)) return;
          files.add(name);
          file.imports.forEach(add);
        };
        for (const file of Object.values(bundle)) if (file.type === 'chunk' && isRoot(file)) add(file.fileName);
        return files;
      };
      // What the document reads at once is asked for already.
      const read = withImports(({ isEntry }) => isEntry);
      const files = [...withImports(({ name }) => name === 'main')].filter((name) => !read.has(name));
      // Fetched and not yet read: reading them would hold up the script that asks.
      const attrs = { rel: 'preload', as: 'script', crossorigin: true, fetchpriority: 'low' };
      return files.map((name) => ({
        tag: 'link',
        attrs: { ...attrs, href: `/${name}` },
        injectTo: 'head' as const,
      }));
    },
  },
};

const AHEAD = 'ahead.js';

/** Makes a file of `src/ahead.ts` alone, with nothing to wait for, and lets the document run it before anything else. */
const sendsAhead: Plugin = {
  name: 'sends-ahead',
  async buildStart() {
    if (this.meta.watchMode || this.environment.mode !== 'build') return;
    const built = await build({
      configFile: false,
      root: import.meta.dirname,
      publicDir: false,
      logLevel: 'warn',
      build: { write: false, target: 'es2022', modulePreload: false, rolldownOptions: { input: 'src/ahead.ts' } },
    });
    const [file] = [built].flat().flatMap((output) => ('output' in output ? output.output : []));
    if (file?.type !== 'chunk') throw new Error('src/ahead.ts did not become a file');
    this.emitFile({ type: 'asset', name: AHEAD, source: file.code });
  },
  transformIndexHtml: {
    order: 'post',
    handler: (_, { bundle }) => {
      const file = Object.values(bundle ?? {}).find((each) => each.type === 'asset' && each.names.includes(AHEAD));
      const attrs = bundle === undefined ? { src: '/src/ahead.ts' } : { src: `/${file!.fileName}`, async: true };
      return [{ tag: 'script', attrs: { type: 'module', ...attrs }, injectTo: 'head-prepend' as const }];
    },
  },
};

export default defineConfig({
  plugins: [react(), drawsEarly, sendsAhead],
  server: { port: 7410, strictPort: true, proxy: { '/api': api, '/.well-known': api } },
  build: {
    target: 'es2022',
    sourcemap: false,
    // Browsers of this target fetch modules ahead by themselves.
    modulePreload: { polyfill: false },
    // The libraries that stand behind one kind of page are large by themselves; each is its own lazily loaded file.
    chunkSizeWarningLimit: 1500,
    rolldownOptions: {
      output: {
        // What every page needs comes in few files: each costs a browser more than some kilobytes that it does not need yet.
        codeSplitting: {
          groups: [
            // All that asks the first questions, and nothing that draws: it runs while the rest is on its way. Not `first` itself: it waits.
            {
              name: 'start',
              test: below(
                'node_modules/react/',
                'node_modules/@tanstack/(query-core|react-query)/',
                'src/api/',
                // What fetches a file when it is wanted: every file does so by it.
                'vite/preload-helper',
                'src/shell/(tokens|numbers|pages|words|device-choices)\\.ts',
                'src/features/dashboards/(ask-ahead|drill|filters|opening|widget-request)\\.ts',
                'src/widgets/(registry|build-query|use-widget-data)\\.ts',
                'src/widgets/[a-z-]+/(schema|build-query)\\.ts',
              ),
              priority: 5,
            },
            { name: 'charts', test: below('node_modules/(echarts|zrender)/'), priority: 4 },
            {
              name: 'frame',
              test: below('node_modules/(react-dom|scheduler|i18next|react-i18next|@tanstack)/'),
              priority: 3,
            },
            {
              name: 'parts',
              test: below('node_modules/(antd|@rc-component|@ant-design|@emotion|dayjs)/'),
              minShareCount: 10,
              priority: 2,
            },
            {
              name: 'shell',
              test: below('src/shell/', 'src/widgets/(?!chart\\.tsx|use-canvas)[^\\\\/]*$'),
              minShareCount: 3,
              priority: 1,
            },
          ],
        },
      },
    },
  },
});
