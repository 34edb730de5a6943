/** Decides where it is kept how far the re-read requests of a source have been answered. */
import type { Knex } from '@rtdp/service/metadata';
import type { RereadPositions } from '../sources/contract.ts';

export function createRereadPositions(database: Knex, organisationId: string, sourceId: string): RereadPositions {
  return {
    async load() {
      const rows = (await database('reread_positions').where({ source_id: sourceId })) as {
        partition: number;
        next_offset: string;
      }[];
      return new Map(rows.map((row) => [row.partition, BigInt(row.next_offset)]));
    },
    async save(partition, nextOffset) {
      await database('reread_positions')
        .insert({
          organisation_id: organisationId,
          source_id: sourceId,
          partition,
          next_offset: nextOffset.toString(),
        })
        .onConflict(['source_id', 'partition'])
        .merge();
    },
  };
}
