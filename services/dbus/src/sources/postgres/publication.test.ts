/** Shows that the planned statements bring publications from anything to anything, drops before additions. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planPublications, type WantedTables } from './publication.ts';

const names = { keyed: 'k', insertOnly: 'i' };

function apply(statements: readonly string[], present: WantedTables): Record<string, string[]> {
  const held: Record<string, Set<string>> = {
    k: new Set(present.keyed.map((table) => `"${table.schema}"."${table.table}"`)),
    i: new Set(present.insertOnly.map((table) => `"${table.schema}"."${table.table}"`)),
  };
  for (const statement of statements) {
    const [, publication, action, list] = /^ALTER PUBLICATION "(\w)" (ADD|DROP) TABLE ONLY (.+)$/.exec(statement)!;
    for (const table of list!.split(', ')) {
      const other = held[publication === 'k' ? 'i' : 'k']!;
      if (action === 'DROP') {
        expect(held[publication!]!.delete(table)).toBe(true);
      } else {
        expect(held[publication!]!.has(table)).toBe(false);
        // Never in both, not even for a moment: the keyed one would make Postgres refuse the updates of a keyless table.
        expect(other.has(table)).toBe(false);
        held[publication!]!.add(table);
      }
    }
  }
  return { k: [...held.k!].sort(), i: [...held.i!].sort() };
}

const side = fc.constantFrom('keyed', 'insertOnly', 'none');
const world = fc.array(fc.tuple(side, side), { maxLength: 8 });

test('from any state to any other', () => {
  fc.assert(
    fc.property(world, (tables) => {
      const of = (which: 0 | 1): WantedTables => {
        const pick = (where: string) =>
          tables.flatMap((sides, index) => (sides[which] === where ? [{ schema: 's', table: `t${index}` }] : []));
        return { keyed: pick('keyed'), insertOnly: pick('insertOnly') };
      };
      const { statements, change } = planPublications(names, of(0), of(1));
      expect(apply(statements, of(0))).toEqual(apply([], of(1)));
      const count = (from: (side: string) => boolean, to: (side: string) => boolean) =>
        tables.filter(([before, after]) => from(before) && to(after) && before !== after).length;
      const isNone = (where: string) => where === 'none';
      const isThere = (where: string) => where !== 'none';
      expect(change.added).toHaveLength(count(isNone, isThere));
      expect(change.removed).toHaveLength(count(isThere, isNone));
      expect(change.moved).toHaveLength(count(isThere, isThere));
    }),
  );
});
