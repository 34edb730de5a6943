/** Decides which documents hold a word in their name or description: all kinds by one statement. */
import type { Knex } from '@rtdp/service/metadata';
import type { DocumentKind } from '../documents/document-store.ts';

export interface FoundDocument {
  kind: DocumentKind;
  id: string;
  name: string;
  description: string;
}

/** More than anybody looks through; the names that hold the word come first. */
const MOST = 1_000;

export async function findDocuments(
  database: Knex,
  organisationId: string,
  kinds: readonly DocumentKind[],
  words: string,
): Promise<FoundDocument[]> {
  const wanted = words.toLowerCase();
  const parts = kinds.map((kind) =>
    database(`${kind}s`)
      .where({ organisation_id: organisationId })
      .select(
        database.raw('? as kind', [kind]),
        'id',
        'name',
        database.raw(`coalesce(document->>'description', '') as description`),
      ),
  );
  return database
    .from(database.unionAll(parts, true).as('documents'))
    .select('kind', 'id', 'name', 'description')
    .whereRaw('strpos(lower(name), ?) > 0 or strpos(lower(description), ?) > 0', [wanted, wanted])
    .orderByRaw('strpos(lower(name), ?) = 0, name', [wanted])
    .limit(MOST);
}
