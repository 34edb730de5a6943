/** Applies a pipeline file: shows the plan, then does it; a second time there is nothing to do. */
import type { Command } from 'commander';
import { changedLines } from '../output/changed-lines.ts';
import { renderJson, renderTable } from '../output/table.ts';
import { applyPipeline } from '../pipeline/apply-pipeline.ts';
import { checkNewSources } from '../pipeline/check-new-sources.ts';
import { checkPlan } from '../pipeline/check-plan.ts';
import { missingTables } from '../pipeline/missing-tables.ts';
import { readPlacedPipeline } from '../pipeline/pipeline-file.ts';
import { type PlannedStep, type PlanOptions, planPipeline } from '../pipeline/plan-pipeline.ts';
import { givenFile } from '../session/given-file.ts';
import type { Session } from '../session/session.ts';
import type { Act } from './act.ts';

export function applyCommand(program: Command, act: Act): void {
  program
    .command('apply <file>')
    .description('bring sources, flows, mounts and dashboards to what a pipeline file says; prints the plan first')
    .option(
      '--plan',
      'only show what would be done, without trying the passwords of sources and mounts; exit code 2 when there is something to do',
    )
    .option(
      '--prune',
      'also remove what the file does not name, of each kind whose section it has; an empty one, as flows: [], removes all of it',
    )
    .option(
      '--credentials',
      'also send the passwords of what exists: they are never shown, so their change is not seen',
    )
    .action((file: string, options: { plan?: boolean; prune?: boolean; credentials?: boolean }) =>
      act((session) =>
        apply(session, file, options.plan === true, {
          prune: options.prune === true,
          credentials: options.credentials === true,
        }),
      ),
    );
}

async function apply(session: Session, file: string, planOnly: boolean, options: PlanOptions): Promise<void> {
  const { pipeline, placeOf } = readPlacedPipeline(file, process.env);
  const plan = await planPipeline(pipeline, session, options);
  const open = plan.filter(({ action }) => action !== 'keep');
  if (!session.json) printPlan(session, plan);
  const notes = await checkPlan(givenFile(file), plan, session, placeOf);
  if (!session.json) for (const note of notes) session.print(`${note}\n`);
  if (planOnly) {
    if (session.json) session.print(renderJson({ plan: withoutDefinitions(plan), notes, done: [] }));
    if (open.length > 0) process.exitCode = 2;
    return;
  }
  await checkNewSources(givenFile(file), plan, session);
  const done = await applyPipeline(plan, session);
  if (!session.json) session.print(done.length === 0 ? 'Nothing to do.\n' : `${done.join('\n')}\n`);
  const missing = await missingTables(plan, session);
  if (session.json) session.print(renderJson({ plan: withoutDefinitions(plan), notes: [...notes, ...missing], done }));
  else for (const note of missing) session.print(`${note}\n`);
}

function printPlan(session: Session, plan: readonly PlannedStep[]): void {
  session.print(
    renderTable(
      plan,
      [
        { title: 'plan', value: ({ action }) => action },
        { title: 'kind', value: ({ kind }) => kind },
        { title: 'name', value: ({ name }) => name },
        { title: 'what changes', value: ({ differences }) => differences.map(describeDifference).join('; ') },
      ],
      'The file names nothing.',
    ),
  );
  for (const { kind, name, differences } of plan) {
    for (const { path, is, asked } of differences.filter(hasLines)) {
      const lines = changedLines(String(is ?? ''), String(asked ?? ''));
      session.print(`\n${path} of ${kind} ${name}:\n${lines.map((line) => `  ${line}\n`).join('')}`);
    }
  }
}

type OneDifference = PlannedStep['differences'][number];

/** What stands below the table: a text of several lines, such as SQL. */
function hasLines({ is, asked }: OneDifference): boolean {
  const texts = [is, asked].filter((value) => value !== undefined && value !== null);
  return (
    texts.every((value) => typeof value === 'string') && texts.some((value) => String(value).trim().includes('\n'))
  );
}

function describeDifference(difference: OneDifference): string {
  const { path, is, asked } = difference;
  if (hasLines(difference)) return `${path}: see below`;
  return `${path}: ${JSON.stringify(is) ?? 'not set'} → ${JSON.stringify(asked)}`;
}

/** A definition carries passwords. */
function withoutDefinitions(plan: readonly PlannedStep[]): Omit<PlannedStep, 'definition'>[] {
  return plan.map(({ definition: _definition, ...step }) => step);
}
