/** Shows that passwords made at the same moment for one name are all made, and that one of their holders has the name. */
import { FIRST_ORGANISATION_ID } from '@rtdp/identity/roles';
import { openMetadata } from '@rtdp/service/metadata';
import { testPostgres } from '@rtdp/testing/postgres';
import { expect, test } from 'vitest';
import { MOONBOX_MIGRATIONS } from '../catalog/migrations.ts';
import { PasswordStore } from './password-store.ts';

test('several users whose tokens carry one name make passwords at once', async () => {
  await using metadata = await testPostgres();
  const database = await openMetadata({ url: metadata.url, schema: 'moonbox', migrations: MOONBOX_MIGRATIONS });
  try {
    const store = new PasswordStore(database, (password) => `verifier of ${password}`);
    const subjects = Array.from({ length: 8 }, (_, index) => `subject-${index}`);
    for (let round = 0; round < 5; round++) {
      const made = await Promise.all(
        subjects.map((subject) =>
          store.create({ subject, name: 'ada@example.com', organisationId: FIRST_ORGANISATION_ID, roles: ['viewer'] }),
        ),
      );
      const holder = await store.find('ada@example.com');
      const at = subjects.indexOf(holder?.principal.subject ?? '');
      expect(holder?.verifier).toBe(`verifier of ${made[at]?.password}`);
      // Whoever has lost the name logs in by the subject.
      for (const [index, subject] of subjects.entries())
        expect((await store.find(subject))?.verifier).toBe(`verifier of ${made[index]?.password}`);
    }
    const named = await metadata.query('select user_name from moonbox.passwords where subject_name is not null');
    expect(named.rows.length).toBe(1);
  } finally {
    await database.destroy();
  }
});
