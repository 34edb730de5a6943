/** A browser that looks at a dashboard, or at what a query (`view=…`) says: reads server-sent events as the web application does. */

import { z } from 'zod';
import { liveCommitSchema, liveReadySchema, liveStaleSchema } from '../client/live.ts';

const SCHEMAS = { ready: liveReadySchema, commit: liveCommitSchema, stale: liveStaleSchema, ping: z.object({}) };

type EventKind = keyof typeof SCHEMAS;
type DataOf = { [Kind in EventKind]: z.output<(typeof SCHEMAS)[Kind]> };
export type LiveEvent<Kind extends EventKind = EventKind> = {
  [Each in Kind]: { id: string; event: Each; data: DataOf[Each] };
}[Kind];

export class LiveBrowser {
  readonly events: LiveEvent[] = [];
  readonly #controller = new AbortController();
  ended: Promise<void> = Promise.resolve();

  async open(baseUrl: string, lookedAt: string, token: string, lastEventId?: string): Promise<void> {
    const response = await fetch(`${baseUrl}/api/live?${lookedAt.includes('=') ? lookedAt : `dashboard=${lookedAt}`}`, {
      headers: {
        authorization: `Bearer ${token}`,
        ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
      },
      signal: this.#controller.signal,
    });
    if (response.status !== 200) throw new Error(`the stream was answered with ${response.status}`);
    this.ended = this.#read(response).catch(() => undefined);
  }

  close(): void {
    this.#controller.abort();
  }

  /** The first event of this kind that fits, also one that has come already. */
  async next<Kind extends EventKind>(
    kind: Kind,
    fits: (data: DataOf[Kind]) => boolean = () => true,
  ): Promise<LiveEvent<Kind>> {
    const deadline = Date.now() + 60_000;
    for (;;) {
      const found = this.of(kind).find(({ data }) => fits(data));
      if (found !== undefined) return found;
      if (Date.now() > deadline) throw new Error(`no such event in ${JSON.stringify(this.events)}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  of<Kind extends EventKind>(kind: Kind): LiveEvent<Kind>[] {
    return this.events.filter(({ event }) => event === kind) as LiveEvent<Kind>[];
  }

  async #read(response: Response): Promise<void> {
    let text = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const parts = text.split('\n\n');
      text = parts.pop()!;
      for (const part of parts) {
        const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(part)?.[1] ?? '';
        const event = z.enum(['ready', 'commit', 'stale', 'ping']).parse(field('event'));
        const data = SCHEMAS[event].parse(JSON.parse(field('data')));
        this.events.push({ id: field('id'), event, data } as LiveEvent);
      }
    }
  }
}
