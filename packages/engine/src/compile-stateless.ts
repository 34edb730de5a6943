/** Turns the steps of a stateless flow into prepared queries, and says what the flow needs and gives. */
import { decimalText } from '@rtdp/sql/casts';
import { type BoundSteps, compileSteps } from '@rtdp/sql/compile-steps';
import { engineType, isFixed, isFloat, isInteger, isString, type PgType } from '@rtdp/sql/pg-type';
import { describeProblem, SqlError } from '@rtdp/sql/problem';
import type { Relation, RelationColumn } from '@rtdp/sql/relation';
import { type ColumnStorage, STORAGES_OF } from '@rtdp/ums/batch';
import { RtdpError } from '@rtdp/ums/error';
import type { UmsField } from '@rtdp/ums/types';
import { fieldOfType, typeOfField } from './field-types.ts';
import type { CompiledFlow, StatelessDefinition } from './flow-contract.ts';
import { type EngineHost, type Query, QueryFailure } from './query.ts';
import { Scan } from './scan-batch.ts';
import { type ResultColumn, StatelessFlow } from './stateless-flow.ts';
import { StepQueries } from './step-queries.ts';

/** Where one source row gives several, this numbers them. */
export const ORDINAL_FIELD = 'ums_ordinal_';

export async function compileStateless(host: EngineHost, definition: StatelessDefinition): Promise<CompiledFlow> {
  const { sourceFields } = definition;
  const resultStorage = definition.resultStorage ?? 'text';
  const types = sourceFields.map(typeOfField);
  const bound = bind(definition, types);
  const result = bound.relations.at(-1)!;
  const storages = chooseStorages(sourceFields, types, bound, resultStorage);
  const fieldsOf = (relation: Relation): UmsField[] =>
    relation.columns.map((column) => resultField(column, sourceFields, bound));
  const resultFields = fieldsOf(result);
  if (result.explodes) {
    resultFields.push({
      name: ORDINAL_FIELD,
      type: 'int',
      nullable: false,
      encoded: false,
      sourceType: 'integer',
      key: true,
    });
  }

  const computed: { column: RelationColumn; index: number; storage: ColumnStorage }[] = [];
  const columns: ResultColumn[] = result.columns.map((column, index) => {
    if (column.copied !== undefined) {
      const source = sourceFields.findIndex(({ name }) => name === column.copied);
      return { kind: 'copied', source, key: sourceFields[source]!.key === true };
    }
    computed.push({ column, index, storage: storageOfResult(column.type, resultStorage) });
    const { type } = column;
    return {
      kind: 'computed',
      position: computed.length - 1,
      storage: computed.at(-1)!.storage,
      decimal: isFixed(type) ? { precision: type.precision, scale: type.scale } : null,
    };
  });

  const scan = new Scan(storages);
  const needsEngine = result.filtered || computed.length > 0;
  let query: Query | null = null;
  if (needsEngine) {
    const printed = [
      'r',
      ...Array.from({ length: result.paths }, (_, index) => `CAST(p${index} AS INTEGER)`),
      ...computed.map(({ column, index, storage }) =>
        isFixed(column.type)
          ? `CAST(c${index} AS ${engineType(column.type)})`
          : outputOf(column.type, `c${index}`, storage),
      ),
    ];
    query = await prepare(
      host,
      scan,
      (number) => `${sourceTable(number, types, storages)} SELECT ${printed.join(', ')} FROM (${result.sql})`,
    );
  }
  const queriesOver = (given: readonly (ColumnStorage | 'skip')[]): StepQueries =>
    new StepQueries(
      bound.relations.map((relation, index) => {
        const stepScan = new Scan(given);
        const texts = relation.columns.map((column, position) => outputOf(column.type, `c${position}`, 'text'));
        const sqlOf = (number: number): string =>
          `${sourceTable(number, types, given)} SELECT ${['r', ...texts].join(', ')} FROM (${relation.sql})`;
        return {
          name: definition.steps[index]!.name,
          fields: fieldsOf(relation),
          prepare: () => prepare(host, stepScan, sqlOf),
          scan: stepScan,
        };
      }),
    );

  return new StatelessFlow({
    sourceFields,
    storages,
    resultFields,
    columns,
    paths: result.paths,
    explodes: result.explodes,
    resultStorage,
    keyed: sourceFields.some(({ key }) => key === true),
    untoldMatters: sourceFields.flatMap(({ name }, index) => {
      const carried = result.columns.some((column) => column.copied === name);
      // Replacing several rows cannot keep what the sink holds, so a carried column has to be told too.
      return bound.computedFrom.has(name) || (result.explodes && carried) ? [index] : [];
    }),
    scan,
    query,
    stepQueries: queriesOver(sourceFields.map(() => 'text')),
    blameQueries: queriesOver(storages),
    keyFrom: bound.keyFrom,
    steps: bound.relations.map((relation, index) => ({
      name: definition.steps[index]!.name,
      resultFields: fieldsOf(relation),
    })),
    lineage: result.columns.map(({ name, sources, copied }) => ({
      result: name,
      sources: [...sources],
      copied: copied !== undefined,
    })),
  });
}

function bind(definition: StatelessDefinition, types: readonly PgType[]): BoundSteps {
  try {
    return compileSteps({
      steps: definition.steps,
      sourceName: definition.sourceName,
      sourceColumns: definition.sourceFields.map(({ name, nullable, key }, index) => ({
        name,
        nullable,
        key: key === true,
        type: types[index]!,
      })),
    });
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    throw new RtdpError({
      code: 'ENGINE_FLOW_REFUSED',
      message: error.problems.map(describeProblem).join('\n'),
      next: error.problems[0]!.next,
      facts: { problems: error.problems },
      cause: error,
    });
  }
}

async function prepare(host: EngineHost, scan: Scan, sqlOf: (scanNumber: number) => string): Promise<Query> {
  try {
    return await host.prepare(scan, sqlOf);
  } catch (error) {
    if (!(error instanceof QueryFailure)) throw error;
    if (/expression depth|memory exhausted/i.test(error.message)) {
      throw new RtdpError({
        code: 'ENGINE_FLOW_REFUSED',
        message: 'The SQL is nested too deeply.',
        next: 'Compute parts of it in earlier steps.',
        facts: { problems: [] },
        cause: error,
      });
    }
    throw new RtdpError({
      code: 'ENGINE_INTERNAL',
      message: `The embedded engine does not take what the SQL was translated to: ${error.message}`,
      next: 'Report the statement; write it another way meanwhile.',
      facts: { sql: sqlOf(0) },
      cause: error,
    });
  }
}

/** Numbers and booleans that are only computed with come as such; what is also carried into a text result comes as text once. */
function chooseStorages(
  fields: readonly UmsField[],
  types: readonly PgType[],
  bound: BoundSteps,
  resultStorage: 'text' | 'typed',
): (ColumnStorage | 'skip')[] {
  const result = bound.relations.at(-1)!;
  return fields.map((field, index) => {
    const carried = result.columns.some((column) => column.copied === field.name);
    if (!carried && !bound.computedFrom.has(field.name)) return 'skip';
    if (carried && resultStorage === 'text') return 'text';
    const best = storageOfResult(types[index]!, 'typed');
    return STORAGES_OF[field.type].includes(best) ? best : 'text';
  });
}

function storageOfResult(type: PgType, resultStorage: 'text' | 'typed'): ColumnStorage {
  if (resultStorage === 'text') return 'text';
  if (type.name === 'int8') return 'int64';
  if (isInteger(type)) return 'int32';
  if (isFloat(type)) return 'float64';
  return type.name === 'bool' ? 'boolean' : 'text';
}

/** `rtdp_source`: every column of the source in its SQL type; those that are skipped are never asked for. */
function sourceTable(
  scanNumber: number,
  types: readonly PgType[],
  storages: readonly (ColumnStorage | 'skip')[],
): string {
  const columns = types.map((type, index) => {
    const storage = storages[index]!;
    if (storage === 'skip') return `CAST(NULL AS ${engineType(type)}) AS s${index}`;
    const held = { text: 'VARCHAR', int32: 'INTEGER', int64: 'BIGINT', float64: 'DOUBLE', boolean: 'BOOLEAN' }[storage];
    const wanted = engineType(type);
    return held === wanted ? `s${index}` : `CAST(s${index} AS ${wanted}) AS s${index}`;
  });
  return `WITH rtdp_source AS NOT MATERIALIZED (SELECT ${['r', ...columns].join(', ')} FROM rtdp_scan(${scanNumber}))`;
}

/** The value in the form the result holds it; texts are those of UMS. */
function outputOf(type: PgType, sql: string, storage: ColumnStorage): string {
  if (storage === 'int32') return `CAST(${sql} AS INTEGER)`;
  if (storage === 'float64') return type.name === 'float4' ? `CAST(CAST(${sql} AS VARCHAR) AS DOUBLE)` : sql;
  if (storage !== 'text') return sql;
  if (type.name === 'float8') return `rtdp_float8_text(${sql})`;
  if (type.name === 'float4') return `rtdp_float4_text(${sql})`;
  if (isFixed(type)) return decimalText(type, sql);
  return isString(type) || engineType(type) === 'VARCHAR' ? sql : `CAST(${sql} AS VARCHAR)`;
}

function resultField(column: RelationColumn, sourceFields: readonly UmsField[], bound: BoundSteps): UmsField {
  if (column.copied === undefined) return fieldOfType(column.name, column.type);
  const source = sourceFields.find(({ name }) => name === column.copied)!;
  const { key: _key, ...rest } = source;
  const key = bound.keyFrom.some(({ result, source: from }) => result === column.name && from === column.copied);
  return { ...rest, name: column.name, nullable: column.nullable, ...(key ? { key: true } : {}) };
}
