/** Reads from the syntax tree of a statement what decides where it goes: relations, functions, parameters, each with its place. */

/** A node of the parser's tree: one key, the kind, or a bag of fields. */
export type Tree = { readonly [field: string]: unknown };

export interface RelationUse {
  readonly schema: string | undefined;
  readonly name: string;
  readonly hasAlias: boolean;
  /** Byte in the statement. */
  readonly location: number;
}

export interface FunctionUse {
  readonly schema: string | undefined;
  readonly name: string;
  readonly location: number;
  /** Constant texts among its arguments, in order; undefined where one is not constant. */
  readonly texts: readonly (string | undefined)[];
}

/** `current_user` and its like, which are keywords. */
export interface ValueUse {
  /** As the parser calls it: `SVFOP_CURRENT_USER`. */
  readonly kind: string;
  readonly location: number;
  /** Stands alone in the list of results, without a name. */
  readonly isBareResult: boolean;
}

export interface StatementParts {
  /** Without common table expressions. */
  readonly relations: readonly RelationUse[];
  readonly functions: readonly FunctionUse[];
  readonly values: readonly ValueUse[];
  /** Greatest `$n`. */
  readonly parameters: number;
  readonly hasInto: boolean;
}

interface Gathered {
  relations: RelationUse[];
  functions: FunctionUse[];
  values: ValueUse[];
  parameters: number;
  hasInto: boolean;
}

interface Around {
  /** Names of common table expressions in sight. */
  readonly names: ReadonlySet<string>;
}

export function statementParts(tree: unknown): StatementParts {
  const found: Gathered = { relations: [], functions: [], values: [], parameters: 0, hasInto: false };
  walk(tree, { names: new Set() }, found);
  return found;
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(node: unknown): string | undefined {
  if (!isTree(node)) return undefined;
  const { String: text, A_Const: constant, TypeCast: cast } = node;
  if (isTree(text)) return typeof text.sval === 'string' ? text.sval : undefined;
  if (isTree(constant) && isTree(constant.sval)) {
    return typeof constant.sval.sval === 'string' ? constant.sval.sval : '';
  }
  return isTree(cast) ? textOf(cast.arg) : undefined;
}

function walk(value: unknown, around: Around, found: Gathered): void {
  if (Array.isArray(value)) {
    for (const item of value) walk(item, around, found);
    return;
  }
  if (!isTree(value)) return;
  for (const [kind, content] of Object.entries(value)) {
    if (isTree(content)) visit(kind, content, around, found);
    else walk(content, around, found);
  }
}

function visit(kind: string, node: Tree, around: Around, found: Gathered): void {
  switch (kind) {
    case 'RangeVar':
      noteRelation(node, around, found);
      return;
    case 'FuncCall':
      noteFunction(node, around, found);
      return;
    case 'ResTarget': {
      const bare = node.name === undefined && isTree(node.val) ? node.val.SQLValueFunction : undefined;
      if (isTree(bare)) noteValue(bare, true, found);
      else walk(node, around, found);
      return;
    }
    case 'SQLValueFunction':
      noteValue(node, false, found);
      return;
    case 'ParamRef':
      found.parameters = Math.max(found.parameters, Number(node.number ?? 0));
      return;
    case 'SelectStmt':
    case 'larg':
    case 'rarg':
      walkSelect(node, around, found);
      return;
    default:
      walk(node, around, found);
  }
}

function noteRelation(node: Tree, around: Around, found: Gathered): void {
  const schema = typeof node.schemaname === 'string' ? node.schemaname : undefined;
  const name = String(node.relname ?? '');
  if (schema === undefined && around.names.has(name)) return;
  found.relations.push({ schema, name, hasAlias: node.alias !== undefined, location: Number(node.location ?? 0) });
}

function noteFunction(node: Tree, around: Around, found: Gathered): void {
  const names = (Array.isArray(node.funcname) ? node.funcname : []).map((part) => textOf(part) ?? '');
  const texts = (Array.isArray(node.args) ? node.args : []).map(textOf);
  found.functions.push({
    schema: names.at(-2),
    name: names.at(-1) ?? '',
    location: Number(node.location ?? 0),
    texts,
  });
  const { funcname: _name, ...rest } = node;
  walk(rest, around, found);
}

function noteValue(node: Tree, isBareResult: boolean, found: Gathered): void {
  found.values.push({ kind: String(node.op ?? ''), location: Number(node.location ?? 0), isBareResult });
}

/** A name of WITH is in sight of those after it, and of itself and those before it only where WITH is RECURSIVE. */
function walkSelect(node: Tree, around: Around, found: Gathered): void {
  const { withClause, intoClause, ...rest } = node;
  if (intoClause !== undefined) found.hasInto = true;
  const names = new Set(around.names);
  if (isTree(withClause) && Array.isArray(withClause.ctes)) {
    const expressions = withClause.ctes.flatMap((each) =>
      isTree(each) && isTree(each.CommonTableExpr) ? [each.CommonTableExpr] : [],
    );
    if (withClause.recursive === true) for (const { ctename } of expressions) names.add(String(ctename));
    for (const expression of expressions) {
      walk(expression.ctequery, { names: new Set(names) }, found);
      names.add(String(expression.ctename));
    }
  }
  walk(rest, { names }, found);
}
