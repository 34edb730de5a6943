/** Decides how tests run: one project per suffix, and what each suffix may use. */
import { SUFFIXES } from '@rtdp/testing/suffixes';
import { defineConfig } from 'vitest/config';

const suffixes = SUFFIXES.map((each) => each.suffix);

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    // Modules of CommonJS packages look as they do to Node itself, which is what runs the services.
    deps: { interopDefault: false },
    reporters: process.env.RTDP_TEST_REPORT ? ['default', 'json'] : ['default'],
    ...(process.env.RTDP_TEST_REPORT ? { outputFile: { json: process.env.RTDP_TEST_REPORT } } : {}),
    projects: SUFFIXES.map(({ project, suffix, servers }) => ({
      test: {
        name: project,
        include: [`{packages,services,apps,bench,e2e,tools}/**/*${suffix}`],
        exclude: [
          '**/node_modules/**',
          '**/fixtures/**',
          // `.test.ts` is the end of every other suffix too.
          ...suffixes.filter((other) => other !== suffix && other.endsWith(suffix)).map((other) => `**/*${other}`),
        ],
        globalSetup: '@rtdp/testing/global-setup',
        setupFiles: ['@rtdp/testing/property-seed'],
        // They end what hangs. Seconds on a quiet machine; two busy cores may take long.
        testTimeout: servers.length === 0 ? 60_000 : 180_000,
        hookTimeout: servers.length === 0 ? 60_000 : 240_000,
      },
    })),
  },
});
