import { expect, test } from 'vitest';
import { parseSelect } from './parse.ts';
import { rewriteSelects, type SelectStmt, stringNode } from './syntax-tree.ts';

test('each SELECT is told once, a side of a UNION too, and the sides of a join are none', () => {
  const told: (string | undefined)[] = [];
  const { select } = parseSelect(
    `WITH w AS (SELECT 1 AS first) SELECT (SELECT 2 AS second) AS third FROM a JOIN (SELECT 3 AS fourth UNION SELECT 4 AS fifth) b ON true`,
  );
  const same = rewriteSelects(select, (inner) => {
    told.push(firstName(inner));
    return undefined;
  });
  expect(same).toBe(select);
  expect(told.sort()).toEqual(['fifth', 'first', 'fourth', 'second', 'third', undefined].sort());
});

test('a side that is replaced leaves the other as it was', () => {
  const { select } = parseSelect('SELECT 1 AS first UNION ALL SELECT 2 AS second');
  const made = rewriteSelects(select, (inner) =>
    firstName(inner) === 'second' ? { targetList: [stringNode('other')] } : undefined,
  );
  expect(made.rarg).toEqual({ targetList: [stringNode('other')] });
  expect(made.larg).toBe(select.larg);
});

function firstName({ targetList }: SelectStmt): string | undefined {
  const [target] = targetList ?? [];
  return target !== undefined && 'ResTarget' in target ? target.ResTarget.name : undefined;
}
