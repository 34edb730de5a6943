/** A browser that looks at a dashboard: reads server-sent events as the web application does. */

export interface LiveEvent {
  id: string;
  event: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came.
  data: any;
}

/** Reads server-sent events as the web application does. */
export class LiveBrowser {
  readonly events: LiveEvent[] = [];
  readonly #controller = new AbortController();
  ended: Promise<void> = Promise.resolve();

  async open(baseUrl: string, dashboard: string, token: string, lastEventId?: string): Promise<void> {
    const response = await fetch(`${baseUrl}/api/live?dashboard=${dashboard}`, {
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

  /** The first event that fits, also one that has come already. */
  async next(fits: (event: LiveEvent) => boolean): Promise<LiveEvent> {
    const deadline = Date.now() + 20_000;
    for (;;) {
      const found = this.events.find(fits);
      if (found !== undefined) return found;
      if (Date.now() > deadline) throw new Error(`no such event in ${JSON.stringify(this.events)}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async #read(response: Response): Promise<void> {
    let text = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const parts = text.split('\n\n');
      text = parts.pop()!;
      for (const part of parts) {
        const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(part)?.[1] ?? '';
        this.events.push({ id: field('id'), event: field('event'), data: JSON.parse(field('data')) });
      }
    }
  }
}
