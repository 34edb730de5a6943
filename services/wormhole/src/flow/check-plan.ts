/** Decides whether a flow can work before it runs: its SQL against the schemas at hand, its sink, and that no other flow writes there. */
import { SqlError } from '@rtdp/sql/problem';
import { RtdpError } from '@rtdp/ums/error';
import { matchesPattern, type NamespacePattern, parseNamespace, parsePattern } from '@rtdp/ums/namespace';
import type { UmsField } from '@rtdp/ums/types';
import { reasonOf } from '../ingest/after-lane-error.ts';
import { openSinkStore } from '../sink/open-sink-store.ts';
import { sinkDefinitionOf } from '../sink/sink-definition.ts';
import { compileSource } from './compile.ts';
import type { FlowDefinition } from './definition.ts';
import { missingTable } from './missing-table.ts';
import { nearestOwnTopic } from './missing-topic.ts';
import type { RecordedSchema } from './recorded-schemas.ts';
import type { FlowSurroundings } from './running-flow.ts';
import { type SinkTableName, sinkIdentity, sinkTableOf } from './sink-name.ts';
import { type TopicOwners, topicProblem } from './topic-owners.ts';

export interface PlanProblem {
  code: string;
  message: string;
  next: string;
  /** Of SQL: where it is, counted from 1. */
  step?: string | undefined;
  line?: number | undefined;
  column?: number | undefined;
  /** The source table it was found with. */
  table?: string | undefined;
}

export interface PlannedTable {
  /** Source namespace with version. */
  source: string;
  sink: SinkTableName;
  fields: readonly UmsField[];
  /** One source row may give several. */
  explodes: boolean;
}

export interface FlowPlan {
  /** What must be mended; empty when the flow may run. */
  problems: PlanProblem[];
  /** What is worth knowing. */
  notes: string[];
  /** The one of the notes that says that sources capture tables, but none of the pattern. */
  missingTable: string | null;
  /** Tables of the pattern whose schema is known; others are checked when their first row arrives. */
  tables: PlannedTable[];
}

const NO_TABLE_YET = 'No table of the pattern is known yet: SQL and columns are checked when the first row arrives.';

export async function checkPlan(
  around: Pick<FlowSurroundings, 'bus' | 'engine' | 'progress' | 'pullsOf' | 'schemas' | 'topics'>,
  definition: FlowDefinition,
  organisationId: string,
): Promise<FlowPlan> {
  const plan: FlowPlan = { problems: [], notes: [], missingTable: null, tables: [] };
  const [pattern, isOwnTopic, isSinkUsable] = await Promise.all([
    readPattern(plan, definition),
    checkTopic(plan, around, definition, organisationId),
    checkSink(plan, definition),
  ]);
  if (pattern === undefined) return plan;
  await checkStatements(plan, definition);
  if (plan.problems.some(({ step }) => step !== undefined)) return plan;
  // What another's tables look like is not told either.
  if (!isOwnTopic) {
    if (plan.problems.length === 0) plan.notes.push(NO_TABLE_YET);
    return plan;
  }
  const matching = [...(await around.schemas.all()).values()].filter(({ namespace }) =>
    matchesPattern(pattern, parseNamespace(namespace)),
  );
  const recorded = await ofOrganisation(matching, around.topics, organisationId);
  if (recorded.length === 0) await tellNoTable(plan, around, pattern, organisationId);
  for (const schema of recorded) await checkTable(plan, around, definition, schema);
  await checkOwners(plan, around, definition);
  if (isSinkUsable) await checkSinkTables(plan, definition);
  return plan;
}

/** A table that is captured is known once its stream has met it; of one that is not, most are a slip of the pen. */
async function tellNoTable(
  plan: FlowPlan,
  around: Pick<FlowSurroundings, 'pullsOf'>,
  pattern: NamespacePattern,
  organisationId: string,
): Promise<void> {
  try {
    const tables = await around.pullsOf(organisationId).capturedTables(pattern);
    const captured = tables.map(({ namespace }) => parseNamespace(namespace));
    // Where none is captured, others than our sources may write the topic.
    const isCaptured = captured.length === 0 || captured.some((each) => matchesPattern(pattern, each));
    if (!isCaptured) plan.missingTable = missingTable(pattern, captured);
    plan.notes.push(plan.missingTable ?? NO_TABLE_YET);
  } catch (error) {
    plan.notes.push(`${NO_TABLE_YET} Whether a source captures one cannot be found out: ${reasonOf(error).message}`);
  }
}

/** What can be said of the SQL without knowing any column: its form, and what a flow that sees one row at a time cannot do. */
async function checkStatements(plan: FlowPlan, definition: FlowDefinition): Promise<void> {
  if (definition.steps.length === 0) return;
  const { checkStateless } = await import('@rtdp/sql/check-stateless');
  for (const { name, sql } of definition.steps) {
    try {
      plan.problems.push(...checkStateless(sql, name).map((problem) => ({ ...problem, step: name })));
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      plan.problems.push(...error.problems.map((problem) => ({ ...problem, step: name })));
    }
  }
}

async function readPattern(plan: FlowPlan, definition: FlowDefinition) {
  try {
    return parsePattern(definition.source.namespace);
  } catch (error) {
    plan.problems.push(problemOf(error));
    return undefined;
  }
}

async function checkSink(plan: FlowPlan, definition: FlowDefinition): Promise<boolean> {
  const store = await openSinkStore(definition);
  try {
    await store.check();
    return true;
  } catch (error) {
    const { host, port, database } = definition.sink.connection;
    const reason = reasonOf(error);
    plan.problems.push({
      code: 'WORMHOLE_SINK_UNREACHABLE',
      message: `the sink ${database} at ${host}:${port} cannot be used: ${reason.message}`,
      next: reason.next,
    });
    return false;
  } finally {
    await store.close();
  }
}

/** Tables that are there already must be such as the flow would make; where several sources meet in one, the first to come makes it. */
async function checkSinkTables(plan: FlowPlan, definition: FlowDefinition): Promise<void> {
  const bySink = Map.groupBy(plan.tables, ({ sink }) => sinkIdentity(definition, sink));
  const store = await openSinkStore(definition);
  try {
    for (const tables of bySink.values()) {
      const problems: PlanProblem[] = [];
      for (const { source, sink, fields, explodes } of tables) {
        const opened = store.openSink(sinkDefinitionOf(definition, definition.name, sink, fields, explodes));
        try {
          await opened.check();
        } catch (error) {
          problems.push({ ...problemOf(error), table: source });
        }
      }
      if (problems.length === tables.length) plan.problems.push(problems[0]!);
    }
  } finally {
    await store.close();
  }
}

/** @returns whether the topic is certainly the organisation's; one that may become so, the flow asks for again before it reads it. */
async function checkTopic(
  plan: FlowPlan,
  around: Pick<FlowSurroundings, 'bus' | 'topics'>,
  definition: FlowDefinition,
  organisationId: string,
): Promise<boolean> {
  const { topic } = definition.source;
  const topics = await around.bus.admin().listTopics();
  const isThere = topics.includes(topic);
  if (!isThere) {
    // That DBus cannot be asked is told below.
    const meant = await nearestOwnTopic(topic, topics, organisationId, around.topics).catch(() => undefined);
    const hint = meant === undefined ? '' : ` Did you mean ${meant}?`;
    plan.notes.push(`The topic ${topic} does not exist yet: the flow waits for it.${hint}`);
  }
  let owner: string | null;
  try {
    owner = await around.topics.ownerOf(topic);
  } catch (error) {
    plan.notes.push(
      `Whose topic ${topic} is cannot be found out, and the flow waits until it can: ${reasonOf(error).message}`,
    );
    return false;
  }
  if (!isThere && owner === null) return false;
  const problem = topicProblem(topic, organisationId, owner);
  if (problem !== undefined) plan.problems.push(problemOf(problem));
  return problem === undefined;
}

/** What the tables of another organisation's sources look like is not told, also if they match the pattern. Rejects when DBus cannot be asked. */
async function ofOrganisation(
  schemas: readonly RecordedSchema[],
  owners: TopicOwners,
  organisationId: string,
): Promise<RecordedSchema[]> {
  const sourceOf = ({ namespace }: RecordedSchema): string => namespace.split('.').slice(0, 2).join('.');
  const own = new Set<string>();
  for (const source of new Set(schemas.map(sourceOf))) {
    if ((await owners.ownerOf(source)) === organisationId) own.add(source);
  }
  return schemas.filter((schema) => own.has(sourceOf(schema)));
}

async function checkTable(
  plan: FlowPlan,
  around: Pick<FlowSurroundings, 'engine'>,
  definition: FlowDefinition,
  schema: RecordedSchema,
): Promise<void> {
  const namespace = parseNamespace(schema.namespace);
  try {
    const { compiled, resultFields } = await compileSource(around.engine, definition, namespace, schema.fields);
    const explodes = compiled?.explodes ?? false;
    await compiled?.close();
    plan.tables.push({
      source: schema.namespace,
      sink: sinkTableOf(definition, namespace),
      fields: resultFields,
      explodes,
    });
  } catch (error) {
    plan.problems.push(...sqlProblems(error, schema.namespace));
  }
}

async function checkOwners(
  plan: FlowPlan,
  around: Pick<FlowSurroundings, 'progress'>,
  definition: FlowDefinition,
): Promise<void> {
  const names = new Map<string, SinkTableName>();
  for (const { sink } of plan.tables) names.set(sinkIdentity(definition, sink), sink);
  if (!`${definition.sink.schema}${definition.sink.table}`.includes('{')) {
    const sink = { schema: definition.sink.schema, table: definition.sink.table };
    names.set(sinkIdentity(definition, sink), sink);
  }
  for (const [identity, sink] of names) {
    const owner = await around.progress.ownerOf(identity);
    if (owner === undefined || owner === definition.name) continue;
    plan.problems.push({
      code: 'WORMHOLE_SINK_OWNED',
      message: `${sink.schema}.${sink.table} is written by the flow ${owner}`,
      next: 'A sink table has one writing flow: choose another table or schema, or remove that flow first.',
    });
  }
}

function sqlProblems(error: unknown, table: string): PlanProblem[] {
  const problems = error instanceof RtdpError ? error.facts.problems : undefined;
  if (!Array.isArray(problems)) return [{ ...problemOf(error), table }];
  return (problems as PlanProblem[]).map(({ code, message, next, step, line, column }) => ({
    code,
    message,
    next,
    step,
    line,
    column,
    table,
  }));
}

function problemOf(error: unknown): PlanProblem {
  const { code, message, next } = reasonOf(error);
  return { code, message, next };
}
