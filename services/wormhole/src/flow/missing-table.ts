/** Decides what a flow is told whose pattern no captured table matches: that it waits, and which table was probably meant. Pure. */
import { nearestName } from '@rtdp/sql/nearest-name';
import { formatNamespace, type Namespace, type NamespacePattern } from '@rtdp/ums/namespace';

/** @param captured tables of the organisation's sources */
export function missingTable(pattern: NamespacePattern, captured: readonly Namespace[]): string {
  const meant = nearestTable(pattern, captured);
  const hint = meant === undefined ? '' : ` Did you mean ${firstParts(formatNamespace(meant))}?`;
  return `No source captures ${firstParts(pattern.text)} yet: the flow waits for one that does.${hint}`;
}

/** Another table of its schema, or the one of that name in a schema whose name is near: names that differ in both are too far. */
function nearestTable({ parts }: NamespacePattern, captured: readonly Namespace[]): Namespace | undefined {
  const [system, instance, schema, table] = parts;
  if (typeof schema !== 'string' || typeof table !== 'string') return undefined;
  const ofSource = captured.filter((known) => known.system === system && known.instance === instance);
  const inSchema = ofSource.filter(({ database }) => database === schema);
  const nearTable = nearestName(
    table,
    inSchema.map((known) => known.table),
  );
  if (nearTable !== undefined) return inSchema.find((known) => known.table === nearTable);
  const sameName = ofSource.filter((known) => known.table === table);
  const nearSchema = nearestName(
    schema,
    sameName.map(({ database }) => database),
  );
  return sameName.find(({ database }) => database === nearSchema);
}

/** Version and partitions are rarely written, and say nothing of which table it is. */
function firstParts(namespace: string): string {
  return namespace.split('.').slice(0, 4).join('.');
}
