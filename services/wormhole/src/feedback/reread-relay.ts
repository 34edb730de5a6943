/** Decides how re-read requests that a sink recorded with its rows reach DBus: sent to Kafka, then acknowledged; twice does no harm. */
import type { Bus, BusProducer } from '@rtdp/bus/bus';
import type { Logger } from '@rtdp/service/logging';
import type { Store } from '@rtdp/stores/contract';

export const REREADS_TOPIC = 'rtdp.rereads';

const PAUSE_MS = 500;
const TROUBLE_PAUSE_MS = 5_000;
const MOST_AT_ONCE = 500;

export class RereadRelay {
  readonly #store: Store;
  readonly #bus: Bus;
  readonly #logger: Logger;
  #producer: BusProducer | undefined;
  #timer: NodeJS.Timeout | undefined;
  #busy: Promise<void> | undefined;
  #stopped = false;
  relayed = 0;

  constructor(store: Store, bus: Bus, logger: Logger) {
    this.#store = store;
    this.#bus = bus;
    this.#logger = logger;
  }

  start(): void {
    this.#next(PAUSE_MS);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#busy;
    await this.#producer?.close();
  }

  #next(pause: number): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#busy = this.#relay().then(
        () => this.#next(PAUSE_MS),
        (error: unknown) => {
          this.#logger.warn({ err: error }, 're-read requests wait in the sink');
          this.#next(TROUBLE_PAUSE_MS);
        },
      );
    }, pause);
  }

  async #relay(): Promise<void> {
    for (;;) {
      const pending = await this.#store.pendingRereads(MOST_AT_ONCE);
      if (pending.length === 0 || this.#stopped) return;
      this.#producer ??= await this.#connected();
      await this.#producer.send(
        REREADS_TOPIC,
        pending.map(({ request }) => ({
          partition: 0,
          key: `${request.namespace}/${JSON.stringify(request.key)}`,
          value: Buffer.from(JSON.stringify({ ...request, at: Date.now() })),
        })),
      );
      await this.#store.acknowledgeRereads(pending.map(({ id }) => id));
      this.relayed += pending.length;
    }
  }

  async #connected(): Promise<BusProducer> {
    const topics = await this.#bus.admin().listTopics();
    if (!topics.includes(REREADS_TOPIC)) await this.#bus.admin().ensureTopic({ topic: REREADS_TOPIC, partitions: 1 });
    return this.#bus.producer();
  }
}
