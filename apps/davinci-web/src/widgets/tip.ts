/** Decides how a tooltip reads: sentences that say what, of whom, when, how much and compared to what; in the reader's language; pure. */
import type { Grain } from '@rtdp/davinci-api/client';
import { localeOf } from '../shell/numbers.ts';
import { type ChartContext, categoryLabel, escapeHtml, isTimeColumn, writeNumber } from './chart-words.ts';
import type { Cell, QueryColumn, WidgetData, WidgetDefinition } from './contract.ts';
import { toMoment } from './time-values.ts';

export interface TipLine {
  colour: string;
  label: string;
  value: string;
  /** Behind the value: its part of the whole, its change. */
  note?: string;
}

export interface Tip {
  /** A sentence, or the beginning of one that the lines end. */
  head: string;
  lines?: readonly TipLine[];
  /** Sentences below. */
  notes?: readonly string[];
}

/** A figure inside a sentence stands out. */
export function strong(text: string): string {
  return `\u0002${text}\u0003`;
}

/** A tip as plain text, in one line. */
export function tipText({ head, lines = [], notes = [] }: Tip): string {
  const listed = lines.map(({ label, value, note }) => `${label} ${value}${note ? ` (${note})` : ''};`);
  return [head, ...listed, ...notes].join(' ').replaceAll('\u0002', '').replaceAll('\u0003', '');
}

export function tipHtml({ head, lines = [], notes = [] }: Tip, context: ChartContext): string {
  const rows = lines.map(
    ({ colour, label, value, note }) =>
      `<div class="tip-line"><span class="tip-dot" style="background:${escapeHtml(colour)}"></span><span>${escapeHtml(label)}</span><b>${escapeHtml(value)}</b>${
        note === undefined ? '' : `<span class="tip-note">${escapeHtml(note)}</span>`
      }</div>`,
  );
  const below = notes.map((each) => `<div class="tip-below">${sentence(each)}</div>`);
  const held = `<div class="tip-held">${escapeHtml(context.words.say('tip.held'))}</div>`;
  return `<div class="tip-head">${sentence(head)}</div>${[...rows, ...below].join('')}${held}`;
}

function sentence(text: string): string {
  return escapeHtml(text).replaceAll('\u0002', '<b>').replaceAll('\u0003', '</b>');
}

/** A value of a dimension: of whom something is told, or when it was. */
export interface Place {
  value: Cell;
  column: QueryColumn | undefined;
  grain: Grain | undefined;
}

/** The value of the dimension of this index in an answer. */
export function placeOf(widget: WidgetDefinition, data: WidgetData, index: number, value: Cell): Place {
  return { value, column: data.columns[index], grain: widget.query.dimensions[index]?.grain };
}

function isTimed({ value, column, grain }: Place): boolean {
  return (grain !== undefined || isTimeColumn(column)) && toMoment(value) !== undefined;
}

/** `Wed, 25 Nov 2026`, `25 Nov 2026, 21:00 UTC`, `JP`. */
export function nameOfPlace(place: Place, context: ChartContext): string {
  const { value, column, grain } = place;
  const moment = isTimed(place) ? toMoment(value) : undefined;
  if (moment === undefined) return categoryLabel(value, column, grain, context);
  const at = new Date(moment);
  const write = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(localeOf(context.language), options).format(at);
  const day: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short', year: 'numeric' };
  // A moment without a zone is told without one.
  const minute: Intl.DateTimeFormatOptions = {
    ...day,
    hour: '2-digit',
    minute: '2-digit',
    ...(column?.modelType === 'instant' ? { timeZoneName: 'short' } : {}),
  };
  switch (unitOf(place)) {
    case 'year':
      return write({ year: 'numeric' });
    case 'quarter':
      return `${write({ year: 'numeric' })} Q${Math.floor(at.getMonth() / 3) + 1}`;
    case 'month':
      return write({ month: 'long', year: 'numeric' });
    case 'week':
    case 'day':
      return write({ weekday: 'short', ...day });
    case 'hour':
    case 'minute':
      return write(minute);
    default:
      return write({ ...minute, second: '2-digit' });
  }
}

function unitOf({ value, grain }: Place): Grain | 'moment' {
  return grain ?? (/[ T]\d\d:/.test(String(value)) ? 'moment' : 'day');
}

/** `for JP`, `in the hour from 25 Nov 2026, 21:00 UTC`, `for JP on Wed, 25 Nov 2026`. */
export function whereOf(places: readonly Place[], context: ChartContext): string {
  const { say } = context.words;
  const when = places
    .filter(isTimed)
    .map((place) => say(`tip.when.${unitOf(place)}`, { at: nameOfPlace(place, context) }));
  const names = places.filter((place) => !isTimed(place)).map((place) => nameOfPlace(place, context));
  const who = names.length === 0 ? [] : [say('tip.where', { name: names.join(say('tip.and')) })];
  return [...who, ...when].join(say('tip.between'));
}

/** `12 % more than on Tue, 24 Nov 2026 (359).`; undefined where one of them is not known. */
export function comparison(
  now: number | null,
  before: number | null,
  place: Place,
  column: QueryColumn | undefined,
  context: ChartContext,
): string | undefined {
  if (now === null || before === null) return undefined;
  const where = whereOf([place], context);
  const { say } = context.words;
  if (now === before) return say('tip.same', { where });
  if (isManifold(now, before))
    return say('tip.times', {
      times: writeTimes(now / before, context),
      where,
      before: writeNumber(before, column, context, 'exact'),
    });
  const part =
    before === 0
      ? writeNumber(Math.abs(now), column, context)
      : writePart(Math.abs(now - before) / Math.abs(before), column, context);
  return say(now > before ? 'tip.more' : 'tip.less', {
    part,
    where,
    before: writeNumber(before, column, context, 'exact'),
  });
}

/** `+12 %`; nothing where it cannot be said. */
export function changeOf(
  now: number | null,
  before: number | null,
  column: QueryColumn | undefined,
  context: ChartContext,
): string {
  if (now === null || before === null || before === 0) return '';
  if (isManifold(now, before)) return `×${writeTimes(now / before, context)}`;
  const change = (now - before) / Math.abs(before);
  const sign = change > 0 ? '+' : change < 0 ? '−' : '±';
  return `${sign}${writePart(Math.abs(change), column, context)}`;
}

/** Above it nobody thinks in percent. */
const MANIFOLD = 10;

function isManifold(now: number, before: number): boolean {
  return before > 0 && now / before >= MANIFOLD;
}

function writeTimes(times: number, context: ChartContext): string {
  return writeNumber(Math.round(times), NO_COLUMN, context);
}

/** A part of one as percent. */
export function writePart(part: number, column: QueryColumn | undefined, context: ChartContext): string {
  return writeNumber(part, { ...(column ?? NO_COLUMN), format: 'percent' }, context);
}

const NO_COLUMN: QueryColumn = { name: '', type: '', modelType: 'number', role: 'measure', label: '', format: '' };

/** `8.1 % of the €12.9 M shown here.`; undefined where that says nothing. */
export function shareOf(
  value: number | null,
  total: number,
  column: QueryColumn | undefined,
  context: ChartContext,
): string | undefined {
  if (value === null || total <= 0 || value < 0 || value === total) return undefined;
  return context.words.say('tip.share', {
    part: writePart(value / total, column, context),
    total: writeNumber(total, column, context),
  });
}

/** Whether sums over the answers of this measure mean something. */
export function addsUp(aggregation: string | undefined): boolean {
  return aggregation === 'sum' || aggregation === 'count';
}
