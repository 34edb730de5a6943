/**
 * Decides how the figures of the past are kept: one sample of each thing every fifteen seconds, for a day, in the metadata of the service that
 * knows them. Where several processes do a part of the work each, each keeps what it sees, and what is shown is all of them together.
 */
import type { Logger } from 'pino';
import type { Knex, Migration } from './metadata.ts';

export const FIGURES = { everySeconds: 15, keptHours: 24 } as const;

/** A figure that nobody knows at that time is null. */
export type FigureValues = Readonly<Record<string, number | null>>;

export interface FigureSample {
  organisationId: string;
  /** What the figures are of, by name: it may come and go, its past stays for the day. */
  subject: string;
  values: FigureValues;
}

export interface PastFigures {
  /** ISO 8601. */
  at: string;
  values: FigureValues;
}

/** The table of the ring, for the migrations of a service. */
export function figuresMigration(name: string): Migration {
  return {
    name,
    async up(database, schema) {
      await database.schema.withSchema(schema).createTable('figures', (table) => {
        table.uuid('organisation_id').notNullable();
        table.text('subject').notNullable();
        table.timestamp('at', { useTz: true }).notNullable();
        table.jsonb('values').notNullable();
        table.primary(['organisation_id', 'subject', 'at']);
        table.index(['at']);
      });
    },
  };
}

/** For a ring that was made when one process told of a thing: from here on each of them does. */
export function figuresOfProcessesMigration(name: string): Migration {
  return {
    name,
    async up(database, schema) {
      await database.schema.withSchema(schema).alterTable('figures', (table) => {
        table.text('process').notNullable().defaultTo('');
        table.dropPrimary();
      });
      await database.schema.withSchema(schema).alterTable('figures', (table) => {
        table.primary(['organisation_id', 'subject', 'at', 'process']);
      });
    },
  };
}

export interface FigureRingOptions {
  database: Knex;
  now: () => number;
  /** Name of this process, another one after each start. */
  process: string;
  /** Figures of which each process has a part: they are added up. Of all others the greatest counts. */
  sums: readonly string[];
}

export class FigureRing {
  readonly #database: Knex;
  readonly #now: () => number;
  readonly #process: string;
  readonly #sums: ReadonlySet<string>;

  constructor({ database, now, process, sums }: FigureRingOptions) {
    this.#database = database;
    this.#now = now;
    this.#process = process;
    this.#sums = new Set(sums);
  }

  /** Keeps a sample of each, at the beginning of this quarter of a minute; where this process has kept one already it stays. */
  async record(samples: readonly FigureSample[]): Promise<void> {
    const now = this.#now();
    const at = new Date(now - (now % (FIGURES.everySeconds * 1_000)));
    if (samples.length > 0) {
      const rows = samples.map(({ organisationId, subject, values }) => ({
        organisation_id: organisationId,
        subject,
        at,
        process: this.#process,
        values: JSON.stringify(values),
      }));
      await this.#database('figures').insert(rows).onConflict(['organisation_id', 'subject', 'at', 'process']).ignore();
    }
    await this.#database('figures').where('at', '<', this.#ago(FIGURES.keptHours)).delete();
  }

  /** Oldest first, at most `most` of them: of each stretch of time the greatest of every figure, so that no peak is lost. */
  async past(organisationId: string, subject: string, hours: number, most: number): Promise<PastFigures[]> {
    const rows = (await this.#database('figures')
      .where({ organisation_id: organisationId, subject })
      .andWhere('at', '>=', this.#ago(hours))
      .orderBy('at')
      .select('at', 'values')) as { at: Date; values: FigureValues }[];
    const together: { at: string; values: FigureValues }[] = [];
    for (const { at, values } of rows) {
      const last = together.at(-1);
      if (last?.at === at.toISOString()) last.values = this.#together(last.values, values);
      else together.push({ at: at.toISOString(), values });
    }
    return thin(together, most);
  }

  #together(some: FigureValues, others: FigureValues): FigureValues {
    const names = new Set([...Object.keys(some), ...Object.keys(others)]);
    const both = [...names].map((name): [string, number | null] => {
      const known = [some[name] ?? null, others[name] ?? null].filter((value) => value !== null);
      if (known.length === 0) return [name, null];
      return [name, this.#sums.has(name) ? known.reduce((sum, value) => sum + value, 0) : Math.max(...known)];
    });
    return Object.fromEntries(both);
  }

  #ago(hours: number): Date {
    return new Date(this.#now() - hours * 3_600_000);
  }
}

/** Of each stretch of equally many samples one: its first time, and of every figure the greatest that is known. */
export function thin(samples: readonly PastFigures[], most: number): PastFigures[] {
  const width = Math.ceil(samples.length / most);
  if (width <= 1) return [...samples];
  return Array.from({ length: Math.ceil(samples.length / width) }, (_none, at) => {
    const stretch = samples.slice(at * width, (at + 1) * width);
    const names = new Set(stretch.flatMap(({ values }) => Object.keys(values)));
    const greatest = (name: string): number | null => {
      const known = stretch.flatMap(({ values }) => values[name] ?? []);
      return known.length === 0 ? null : Math.max(...known);
    };
    return { at: stretch[0]!.at, values: Object.fromEntries([...names].map((name) => [name, greatest(name)])) };
  });
}

/** Samples until it is stopped; a look that fails is logged, and the next one comes. */
export function keepFigures(
  ring: FigureRing,
  sample: () => Promise<FigureSample[]>,
  logger: Logger,
): { stop(): Promise<void> } {
  let running: Promise<void> = Promise.resolve();
  let isBusy = false;
  const timer = setInterval(() => {
    // Metadata that hangs must not be asked by more and more looks.
    if (isBusy) return;
    isBusy = true;
    running = sample()
      .then((samples) => ring.record(samples))
      .catch((error: unknown) => logger.warn({ err: error }, 'the figures of this quarter of a minute are not kept'))
      .finally(() => {
        isBusy = false;
      });
  }, FIGURES.everySeconds * 1_000);
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
