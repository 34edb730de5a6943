/** Decides which plans are kept: those that hold for other parameters and at another time, for everybody who sees the same. */
import type { Plan } from '../plan/contract.ts';

const MOST_PLANS = 2_000;
/** A longer text is planned anew: it would cost more memory than time. */
const LONGEST_TEXT = 20_000;

export class PlanCache {
  readonly #plans = new Map<string, Plan>();
  #version = '';

  /** @param key what the plan depends on beside the text; `version` ends all plans of an older one */
  get(version: string, key: string): Plan | undefined {
    if (version !== this.#version) {
      this.#plans.clear();
      this.#version = version;
      return undefined;
    }
    const plan = this.#plans.get(key);
    if (plan !== undefined) {
      this.#plans.delete(key);
      this.#plans.set(key, plan);
    }
    return plan;
  }

  add(version: string, key: string, plan: Plan): void {
    if (version !== this.#version || !plan.reusable || key.length > LONGEST_TEXT) return;
    this.#plans.set(key, plan);
    if (this.#plans.size <= MOST_PLANS) return;
    const [oldest] = this.#plans.keys();
    if (oldest !== undefined) this.#plans.delete(oldest);
  }
}
