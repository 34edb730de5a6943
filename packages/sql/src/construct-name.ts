/** Decides what a construct is called to a person: as SQL writes it, never as the parser names its node. */

/** Of those whose node does not say it. */
const NAMES: Readonly<Record<string, string>> = {
  AEXPR_OP_ALL: 'ALL (array)',
  AEXPR_SIMILAR: 'SIMILAR TO',
  AEXPR_BETWEEN_SYM: 'BETWEEN SYMMETRIC',
  AEXPR_NOT_BETWEEN_SYM: 'NOT BETWEEN SYMMETRIC',
  A_Indirection: 'an item or field of a value',
  LockingClause: 'FOR UPDATE or FOR SHARE',
  NamedArgExpr: 'a named argument',
  SetToDefault: 'DEFAULT',
  RangeTableFunc: 'XMLTABLE',
  RangeTableFuncCol: 'a column of XMLTABLE',
  RangeTableSample: 'TABLESAMPLE',
  XmlSerialize: 'XMLSERIALIZE',
  JsonArrayAgg: 'JSON_ARRAYAGG',
  JsonArrayConstructor: 'JSON_ARRAY',
  JsonFuncExpr: 'JSON_EXISTS, JSON_QUERY or JSON_VALUE',
  JsonIsPredicate: 'IS JSON',
  JsonObjectAgg: 'JSON_OBJECTAGG',
  JsonObjectConstructor: 'JSON_OBJECT',
  JsonParseExpr: 'JSON(…)',
  JsonScalarExpr: 'JSON_SCALAR',
  JsonSerializeExpr: 'JSON_SERIALIZE',
  JsonTable: 'JSON_TABLE',
  JsonTableColumn: 'a column of JSON_TABLE',
  VariableSetStmt: 'SET',
  VariableShowStmt: 'SHOW',
};

/** @param kind of a node of the tree, or of an A_Expr */
export function constructName(kind: string): string {
  return (
    NAMES[kind] ??
    kind
      .replace(/^A?EXPR_|^A_|Expr$|Clause$|Stmt$/g, '')
      .replace(/([a-z])([A-Z])/g, '$1 $2')
      .toUpperCase()
  );
}
