/** Decides how a table is called to people: by its schema and name, out of the namespace by which messages and commits call it. Pure. */

/** `postgresql.warehouse.shop.%4frders.*.0.0` → `shop.Orders` */
export function tableName(namespace: string): string {
  return namespace.split('.').slice(2, 4).map(decodeURIComponent).join('.');
}
