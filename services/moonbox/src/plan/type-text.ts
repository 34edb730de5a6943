/** Names a type as Postgres' catalog prints it, for result columns. */
import { describeType, type PgType } from '@rtdp/sql/pg-type';

/** `character varying(10)`, `timestamp with time zone`, `numeric(12,2)`, `integer`; a type that is only carried keeps its source's name. */
export function typeTextOf(type: PgType): string {
  switch (type.name) {
    case 'varchar':
      return type.length === undefined ? 'character varying' : `character varying(${type.length})`;
    case 'bpchar':
      return type.length === undefined ? 'character' : `character(${type.length})`;
    case 'timestamp':
      return 'timestamp without time zone';
    case 'timestamptz':
      return 'timestamp with time zone';
    case 'numeric':
      // A computed numeric has no modifier in Postgres, whatever is known of its scale.
      return type.written?.startsWith('numeric(') === true ? type.written : 'numeric';
    case 'array':
      return type.element === undefined ? describeType(type) : `${typeTextOf(type.element)}[]`;
    default:
      return describeType(type);
  }
}
