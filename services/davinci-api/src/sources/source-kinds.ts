/** Names the kinds of source; a kind is loaded only when it is asked for. */
import type { DataSource } from './data-source.ts';
import type { MoonboxSourceOptions } from './moonbox-source.ts';
import type { PostgresSourceOptions } from './postgres-source.ts';

export type SourceOptions =
  | ({ kind: 'moonbox' } & MoonboxSourceOptions)
  | ({ kind: 'postgres' } & PostgresSourceOptions);

const KINDS = {
  moonbox: async (options: MoonboxSourceOptions): Promise<DataSource> =>
    (await import('./moonbox-source.ts')).createMoonboxSource(options),
  postgres: async (options: PostgresSourceOptions): Promise<DataSource> =>
    (await import('./postgres-source.ts')).createPostgresSource(options),
};

export function openSource(options: SourceOptions): Promise<DataSource> {
  switch (options.kind) {
    case 'moonbox':
      return KINDS.moonbox(options);
    case 'postgres': {
      const { kind: _kind, ...address } = options;
      return KINDS.postgres(address);
    }
  }
}
