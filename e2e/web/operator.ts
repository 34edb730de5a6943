/** What an operator does on a page, in a test: fills fields by their labels, chooses, presses, confirms by typing a name. */
import type { Locator, Page } from 'playwright-core';

export interface Operator {
  /** Goes to a page of the application. */
  open(path: string): Promise<void>;
  /** The field of this label, whether or not it is marked as required. */
  field(label: string): Locator;
  /** The field with its label, its hint and what is wrong with it. */
  wholeField(label: string): Locator;
  fill(values: Record<string, string>): Promise<void>;
  choose(label: string, option: string): Promise<void>;
  press(name: string, within?: Locator): Promise<void>;
  tab(name: string | RegExp): Promise<void>;
  /** Waits until this text is on the page. */
  sees(text: string | RegExp): Promise<void>;
  /** Moves the pointer over a chart, from its newest end on, until its tooltip says this; returns the whole tooltip. */
  toldBy(chart: Locator, text: RegExp): Promise<string>;
  /** Confirms what cannot be undone: what is lost is said, and nothing happens before the name is typed. */
  confirmLoss(name: string, verb: string): Promise<string>;
}

const MOST_WAIT = 60_000;

export function operator(page: Page, baseUrl: string): Operator {
  const labelled = (label: string): RegExp => new RegExp(`^${label}\\*?$`);
  const field = (label: string): Locator =>
    page.getByLabel(labelled(label)).and(page.locator('input, textarea')).first();
  // A picture on a button is read out before its word.
  const button = (name: string): RegExp => new RegExp(`(^| )${name}$`);
  // One that turns its wheel takes no press: a person waits for it.
  const press = async (name: string, within: Locator | Page = page): Promise<void> =>
    within
      .getByRole('button', { name: button(name) })
      .and(page.locator(':not(.ant-btn-loading)'))
      .first()
      .click();
  return {
    open: async (path) => void (await page.goto(`${baseUrl}${path}`)),
    field,
    wholeField: (label) => page.locator('label', { hasText: labelled(label) }).locator('..'),
    async fill(values) {
      for (const [label, value] of Object.entries(values)) await field(label).fill(value);
    },
    async choose(label, option) {
      await field(label).click();
      await page.locator('.ant-select-item-option:visible', { hasText: option }).first().click();
    },
    press,
    tab: (name) => page.getByRole('tab', { name }).click(),
    sees: (text) => page.getByText(text).first().waitFor(),
    async toldBy(chart, text) {
      const tip = chart.locator('.chart-tip');
      const until = Date.now() + MOST_WAIT;
      await chart.locator('canvas').first().waitFor();
      for (let part = 0.985; ; part = part < 0.05 ? 0.985 : part - 0.01) {
        const { x, y, width } = (await chart.boundingBox())!;
        await page.mouse.move(x + width * part, y + 50);
        // Drawn with the next frame.
        await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
        const told = (await tip.count()) === 0 ? '' : ((await tip.first().textContent()) ?? '');
        if (text.test(told)) return told;
        if (Date.now() > until) throw new Error(`no tooltip says ${text}, the last one says: ${told}`);
      }
    },
    async confirmLoss(name, verb) {
      const dialog = page.getByRole('dialog');
      const confirm = dialog.getByRole('button', { name: button(verb) });
      const told = (await dialog.textContent()) ?? '';
      if (await confirm.isEnabled()) throw new Error(`"${verb}" may be pressed before the name is typed`);
      await dialog.getByRole('textbox').fill(name);
      await confirm.click();
      await dialog.waitFor({ state: 'hidden' });
      return told;
    },
  };
}
