/** Decides when the SQL engine is loaded: with the first flow that has SQL, so that synchronising alone pays nothing for it. */
import type { CompiledFlow, Engine, EngineOptions, StatelessDefinition } from '@rtdp/engine/flow-contract';

export class LazyEngine implements Engine {
  readonly #options: EngineOptions;
  #engine: Promise<Engine> | undefined;

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  async compileStateless(definition: StatelessDefinition): Promise<CompiledFlow> {
    this.#engine ??= import('@rtdp/engine/engine').then(({ createEngine }) => createEngine(this.#options));
    return (await this.#engine).compileStateless(definition);
  }

  async close(): Promise<void> {
    await (await this.#engine)?.close();
  }
}
