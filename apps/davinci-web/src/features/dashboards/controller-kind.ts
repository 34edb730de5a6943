/** Decides how a filter is set that is bound to something: by the type of the first thing that it filters; pure. */
import type { Controller, ViewModel } from '@rtdp/davinci-api/client';

export type Target = Controller['targets'][number];
type Suited = Pick<Controller, 'kind'> & Partial<Pick<Controller, 'options'>>;

/** What a new filter becomes with these targets; one whose kind was chosen, or that has targets already, keeps it. */
export function withTargets(
  controller: Controller,
  targets: Target[],
  views: readonly ViewModel[],
): Pick<Controller, 'targets' | 'label'> & Partial<Controller> {
  const [first] = targets;
  const isNew = controller.targets.length === 0 && controller.kind === 'select';
  const suited = isNew && first !== undefined ? suitedTo(first, views) : { kind: controller.kind };
  const column = targets.find((target) => 'column' in target);
  return {
    targets,
    label: controller.label || labelOf(first, views),
    ...(suited.kind === controller.kind ? {} : { default: undefined }),
    ...suited,
    ...(suited.kind === 'select' && column !== undefined
      ? { options: { from: 'view' as const, viewId: column.viewId, column: column.column } }
      : {}),
  };
}

function suitedTo(target: Target, views: readonly ViewModel[]): Suited {
  const view = views.find((each) => each.id === target.viewId);
  if ('column' in target) {
    const type = view?.model.find((each) => each.column === target.column)?.type;
    if (type === 'number') return { kind: 'number-range' };
    return { kind: type === 'date' || type === 'datetime' || type === 'instant' ? 'date-range' : 'select' };
  }
  // Nobody knows which values a variable may have.
  switch (view?.variables.find((each) => each.name === target.variable)?.type) {
    case 'number':
      return { kind: 'number' };
    case 'text':
      return { kind: 'text' };
    case 'date':
    case 'datetime':
      return { kind: 'date-range' };
    case 'boolean':
      return { kind: 'select', options: { values: [true, false] } };
    default:
      return { kind: 'select' };
  }
}

function labelOf(target: Target | undefined, views: readonly ViewModel[]): string {
  if (target === undefined) return '';
  const view = views.find((each) => each.id === target.viewId);
  if ('variable' in target) {
    return view?.variables.find((each) => each.name === target.variable)?.label || target.variable;
  }
  return view?.model.find((each) => each.column === target.column)?.label || target.column;
}
