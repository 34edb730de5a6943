import { expect, test } from 'vitest';
import { groupProblems } from './group-problems.ts';

test('what holds for several tables is said once, with each statement once', () => {
  const table = (name: string, note?: string) => ({
    schema: 'public',
    table: name,
    problems: [
      {
        message: `"rtdp" does not own "public"."${name}"; only an owner may add it.`,
        statement: 'GRANT "shop" TO "rtdp";',
      },
      { message: 'Large values are not sent.', statement: `ALTER TABLE "public"."${name}" REPLICA IDENTITY FULL;` },
      ...(note === undefined ? [] : [{ message: note, statement: null }]),
    ],
  });
  expect(groupProblems([table('a'), table('b', 'Generated columns of "public"."b" are not captured: x.')])).toEqual([
    {
      tables: ['public.a', 'public.b'],
      message: '"rtdp" does not own "public"."a"; only an owner may add it.',
      statements: ['GRANT "shop" TO "rtdp";'],
    },
    {
      tables: ['public.a', 'public.b'],
      message: 'Large values are not sent.',
      statements: [
        'ALTER TABLE "public"."a" REPLICA IDENTITY FULL;',
        'ALTER TABLE "public"."b" REPLICA IDENTITY FULL;',
      ],
    },
    { tables: ['public.b'], message: 'Generated columns of "public"."b" are not captured: x.', statements: [] },
  ]);
});
