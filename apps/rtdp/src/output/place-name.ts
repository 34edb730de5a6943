/** Decides how a namespace is shown to a person: the four parts that name a table, as the source writes them. */
import { parseNamespace } from '@rtdp/ums/namespace';

/** `postgresql.shop.public.%4fdd%20name.3.0.0` → `postgresql.shop.public.Odd name`. @throws UMS_NAMESPACE */
export function placeName(namespace: string): string {
  const { system, instance, database, table } = parseNamespace(
    namespace.replace(/\.\*\.([^.]+)\.([^.]+)$/, '.0.$1.$2'),
  );
  return [system, instance, database, table].join('.');
}
