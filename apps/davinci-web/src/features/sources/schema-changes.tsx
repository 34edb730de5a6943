/** Decides how it is told what changed between two versions of a table: column by column, in the reader's language, with why where it matters. */
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useTell } from '../../shell/use-tell.ts';

interface Column {
  type: string;
  sourceType?: string;
  nullable?: boolean;
}

/** As DBus answers. */
export interface SchemaChange {
  column: string;
  change: 'added' | 'dropped' | 'retyped' | 'nullability' | 'key' | 'masking' | 'reordered';
  compatible: boolean;
  why: string;
  before?: Column;
  after?: Column;
}

export function SchemaChanges({ changes }: { changes: readonly SchemaChange[] }): ReactNode {
  const { t } = useTranslation('console-sources');
  const tell = useTell();
  return (
    <ul className="stack tight">
      {changes.map((change) => (
        <li key={`${change.column} ${change.change}`}>
          {t(`history.change.${wordOf(change)}`, {
            column: change.column,
            before: typeOf(change.before),
            after: typeOf(change.after),
          })}
          {change.compatible ? null : <span className="muted"> · {tell(change.why)}</span>}
        </li>
      ))}
    </ul>
  );
}

function wordOf({
  change,
  after,
}: SchemaChange): Exclude<SchemaChange['change'], 'nullability'> | 'nullable' | 'filled' {
  if (change !== 'nullability') return change;
  return after?.nullable === true ? 'nullable' : 'filled';
}

function typeOf(column: Column | undefined): string {
  return column?.sourceType ?? column?.type ?? '';
}
