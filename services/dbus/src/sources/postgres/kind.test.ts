/** Shows what is said of a source whose server is away while a flow of it is compared. */
import { expect, test } from 'vitest';
import { readSourceDefinition } from '../../catalog/source-definition.ts';
import { kind } from './kind.ts';

test('a comparison whose source is away names the source and its server', async () => {
  const definition = readSourceDefinition({
    name: 'erp',
    kind: 'postgres',
    connection: { host: '127.0.0.1', port: 1, database: 'erp', user: 'rep' },
    tables: 'all',
  });
  const end = { signal: new AbortController().signal, onLeft: () => undefined };
  const asked = kind.compare(definition, { schema: 'public', table: 'orders' }, { about: 'clock' }, end);
  await expect(asked).rejects.toMatchObject({
    code: 'STORE_UNREACHABLE',
    message: expect.stringMatching(/^source erp cannot be asked: Postgres at 127\.0\.0\.1:1 cannot be reached: /),
    facts: { source: 'erp' },
  });
});
