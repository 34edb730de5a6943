/** Decides what a writer must know of a table, from its schema in the stream and the catalog's mapping. */
import type { MappedTable } from '../sources/postgres/type-map-contract.ts';
import type { StreamSchema } from './contract.ts';
import type { TableShape } from './message-writer-contract.ts';

export function shapeOf(schema: StreamSchema, mapped: MappedTable, partitions: number): TableShape {
  const keyColumns: number[] = [];
  schema.fields.forEach((field, index) => {
    if (field.key === true) keyColumns.push(index);
  });
  return {
    schema,
    fields: schema.fields,
    writers: mapped.writers,
    keyText: mapped.mapped.map((type) => type.keyText),
    keyColumns,
    partitions,
  };
}
