import { expect, it } from 'vitest';
import { dataFields, renameReserved, SYSTEM_FIELDS, withSystemFields } from './types.ts';

it('puts the system fields first, in their order', () => {
  const table = [{ name: 'a', type: 'int', nullable: true, encoded: false } as const];
  expect(withSystemFields(table).map((field) => field.name)).toEqual([
    'ums_id_',
    'ums_ts_',
    'ums_op_',
    'ums_uid_',
    'a',
  ]);
  expect(dataFields(withSystemFields(table))).toEqual(table);
  expect(SYSTEM_FIELDS).toHaveLength(4);
});

it('renames source columns that look like ours, without meeting another', () => {
  expect(renameReserved(['id', 'ums_ok', 'ums_id_', 'source_ums_id_', 'ums_x_'])).toEqual(
    new Map([
      ['ums_id_', 'source_source_ums_id_'],
      ['ums_x_', 'source_ums_x_'],
    ]),
  );
});
