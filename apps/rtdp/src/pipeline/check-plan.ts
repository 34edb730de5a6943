/**
 * Decides whether a plan can be done, before anything of it is: every name stands for something, the SQL of every flow and view that is new or
 * changed can be run, and every such widget asks only for what its view has. What cannot be known yet, because what is to answer is not there yet, is a note and no reason to stop, as is what a flow would wait for.
 */
import { isRtdpError, RtdpError } from '@rtdp/ums/error';
import type { Clients } from '../session/open-session.ts';
import { ambiguous, withIds } from './name-references.ts';
import type { PlaceOf } from './pipeline-file.ts';
import type { Kind } from './pipeline-kinds.ts';
import type { PlannedStep } from './plan-pipeline.ts';
import { davinciIds } from './read-existing.ts';

/** Stands for what the plan will make: the real id is not known yet. */
const NEW_ID = '00000000-0000-4000-8000-000000000000';

/** @returns what could not be checked, or is worth knowing, as sentences. @throws RtdpError RTDP_REFERENCE_UNKNOWN, RTDP_NAME_AMBIGUOUS, RTDP_PIPELINE_INVALID with `problems` */
export async function checkPlan(
  path: string,
  plan: readonly PlannedStep[],
  clients: Clients,
  placeOf?: PlaceOf,
): Promise<string[]> {
  for (const { kind, name, namesakes, action } of plan) {
    if (namesakes !== undefined && action !== 'remove') throw ambiguous(kind, name, namesakes);
  }
  const made = plan.filter(({ action }) => action === 'create' || action === 'change');
  const input = await inputs(made, clients);
  const inputOf: typeof input = (step) => {
    try {
      return input(step);
    } catch (error) {
      throw isRtdpError(error, 'RTDP_REFERENCE_UNKNOWN') && placeOf !== undefined
        ? placed(error, path, placeOf)
        : error;
    }
  };
  const notes: string[] = [];
  const problems: { message: string }[] = [];
  for (const step of made) {
    const asTaken = inputOf(step);
    const outcomes =
      step.kind === 'flow'
        ? await checkFlow(asTaken, step, plan, clients)
        : step.kind === 'view'
          ? await checkView(asTaken, step, plan, clients)
          : step.kind === 'widget'
            ? await checkWidget(asTaken, step, made, inputOf, clients)
            : [];
    for (const { why, isOpen, isNote } of outcomes) {
      const sentence = `${step.kind} ${step.name}: ${why}`;
      if (isNote === true) notes.push(sentence);
      else if (isOpen) notes.push(`Not checked: ${sentence}`);
      else problems.push({ message: sentence });
    }
  }
  if (problems.length === 0) return notes;
  throw cannotRun(path, problems, notes);
}

export function cannotRun(path: string, problems: readonly { message: string }[], notes: string[] = []): RtdpError {
  return new RtdpError({
    code: 'RTDP_PIPELINE_INVALID',
    message: `${path} has what cannot run, so nothing was done`,
    next: 'Correct it, then run the same command again.',
    facts: { path, problems, notes },
  });
}

/** An error about a name in the file, with the place where that stands. */
function placed(cause: RtdpError, file: string, placeOf: PlaceOf): RtdpError {
  const { code, message, next, facts } = cause;
  const { kind, name, path } = facts as { kind: Kind; name: string; path: (string | number)[] };
  const { line, column } = placeOf(kind, name, path);
  const told = `${file}, line ${line}, column ${column}: ${message}`;
  return new RtdpError({ code, message: told, next, facts: { ...facts, file, line, column }, cause });
}

type Input = Record<string, unknown>;

/** The definitions as the services take them. What only names what the services have not is refused here. */
async function inputs(made: readonly PlannedStep[], clients: Clients): Promise<(step: PlannedStep) => Input> {
  // A file of sources and flows alone does not need Davinci.
  const isShown = made.some(({ kind }) => kind in OF_DAVINCI);
  const existing = isShown ? await davinciIds(clients) : {};
  const known = Object.fromEntries(
    Object.entries(existing).map(([kind, ids]) => {
      const added = made.filter((step) => step.kind === kind && step.action === 'create');
      return [kind, new Map([...added.map(({ name }) => [name, [NEW_ID]] as const), ...(ids ?? [])])];
    }),
  );
  return ({ kind, definition }) => withIds(kind, definition ?? {}, known);
}

async function checkFlow(
  input: Input,
  { action }: PlannedStep,
  plan: readonly PlannedStep[],
  { wormhole }: Clients,
): Promise<Outcome[]> {
  // New flows are made before anything else; for one that is changed, what a source gives may be another by then.
  const isOpen = action === 'change' && plan.some((step) => step.kind === 'source' && step.action !== 'keep');
  const { problems, notes } = await wormhole.check(input as Parameters<typeof wormhole.check>[0]);
  // The topic and the tables that a flow would wait for may just be what the plan makes.
  const isSourceMade = plan.some(({ kind, action }) => kind === 'source' && action !== 'keep' && action !== 'remove');
  const told = isSourceMade ? [] : notes.map((note) => ({ why: note, isOpen: false, isNote: true }));
  const found = problems.map((problem) => ({
    why: `${problem.step === undefined ? '' : `step ${problem.step}, `}${whyOf({ ...problem, facts: { problems: [problem] } })}`,
    // What a flow keeps for good is refused whatever its source becomes.
    isOpen: isOpen && problem.code !== 'WORMHOLE_FLOW_INVALID',
  }));
  return [...found, ...told];
}

const OF_DAVINCI = { 'data source': true, view: true, widget: true, dashboard: true } as const;

interface Outcome {
  why: string;
  /** What is to answer is not there yet, or does not answer. */
  isOpen: boolean;
  /** Nothing is wrong, but it is worth knowing. */
  isNote?: boolean;
}

type ViewCheck = Parameters<Clients['davinci']['checkView']>[0];

async function checkView(
  input: Input,
  step: PlannedStep,
  plan: readonly PlannedStep[],
  { davinci }: Clients,
): Promise<Outcome[]> {
  const source = plan.find(
    ({ kind, name, action }) =>
      kind === 'data source' && name === step.definition?.source && (action === 'create' || action === 'change'),
  );
  try {
    await davinci.checkView({
      view: input as ViewCheck['view'],
      ...(source === undefined ? {} : { source: source.definition as NonNullable<ViewCheck['source']> }),
    });
    return [];
  } catch (error) {
    if (!(error instanceof RtdpError)) throw error;
    return [{ why: whyOf(error), isOpen: isOpenYet(error, String(step.definition?.sql), plan) }];
  }
}

type WidgetCheck = Parameters<Clients['davinci']['checkWidget']>[0];

/** Against its view as the file has it, where the view is new or changed. */
async function checkWidget(
  input: Input,
  { action, definition, differences }: PlannedStep,
  made: readonly PlannedStep[],
  inputOf: (step: PlannedStep) => Input,
  { davinci }: Clients,
): Promise<Outcome[]> {
  // What asks as before is not checked by the service either.
  if (action === 'change' && !differences.some(({ path }) => /^(view|query)\b/.test(path))) return [];
  const view = made.find(({ kind, name }) => kind === 'view' && name === definition?.view);
  try {
    await davinci.checkWidget({
      widget: input as WidgetCheck['widget'],
      ...(view === undefined ? {} : { view: inputOf(view) as NonNullable<WidgetCheck['view']> }),
    });
    return [];
  } catch (error) {
    if (!(error instanceof RtdpError)) throw error;
    return [{ why: whyOf(error), isOpen: DOES_NOT_ANSWER.test(error.code) }];
  }
}

interface Problem {
  message: string;
  line?: number;
  column?: number;
  next?: string;
}

function whyOf({ message, next, facts }: Pick<RtdpError, 'message' | 'next' | 'facts'>): string {
  const problems = (facts.problems as Problem[] | undefined) ?? [];
  if (problems.length === 0) return `${sentence(message)} ${next}`;
  return problems
    .map((problem) => {
      const place = problem.line === undefined ? '' : `line ${problem.line}, column ${problem.column} of its SQL: `;
      return `${place}${sentence(problem.message)} ${problem.next ?? next}`;
    })
    .join(' ');
}

function sentence(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`;
}

const DOES_NOT_ANSWER =
  /_UNAVAILABLE$|_UNREACHABLE$|_TIMEOUT$|_TIME_LIMIT$|_REFUSED$|_RATE_LIMIT$|^ENGINE_OUT_OF_MEMORY$/;
const NO_TABLE = /UNKNOWN_TABLE$|TABLE_UNKNOWN$|DATABASE_UNKNOWN$|MOUNT_UNKNOWN$/;

/** Whether the steps of the plan may yet make right what was wrong now. */
function isOpenYet({ code, facts }: RtdpError, sql: string, plan: readonly PlannedStep[]): boolean {
  if (DOES_NOT_ANSWER.test(code)) return true;
  const makers = plan.filter(({ action }) => action === 'create' || action === 'change');
  if (NO_TABLE.test(code) || facts.sqlState === '42P01' || facts.sqlState === '3F000') {
    return makers.some(({ kind }) => kind === 'source' || kind === 'flow' || kind === 'mount');
  }
  // A table that is there keeps its columns, unless what fills it is another one from now on.
  return makers.some(({ kind, action, definition }) => {
    if (kind === 'mount') return action === 'change';
    if (kind !== 'flow') return false;
    const table = (definition?.sink as { table?: unknown } | undefined)?.table;
    return typeof table === 'string' ? words(sql).has(table.toLowerCase()) : action === 'change';
  });
}

function words(sql: string): ReadonlySet<string> {
  return new Set(sql.toLowerCase().match(/[\w$]+/g) ?? []);
}
