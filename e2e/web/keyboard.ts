/** Walks a page by the keyboard alone: from stop to stop, and tells what Tab does not reach and where the focus cannot be seen. */
import type { Locator, Page } from 'playwright-core';

/** More presses of Tab than any page has stops. */
const MOST_PRESSES = 150;

export interface Walk {
  /** What can be used with a pointer, stands on the page, and is never reached. */
  missed: string[];
  /** What was reached, but looks as if it was not. */
  unseen: string[];
  stops: number;
}

/** Presses Tab until `target` has the focus; throws when it never gets it. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let press = 0; press < MOST_PRESSES; press++) {
    if (await target.evaluate((element) => element === element.ownerDocument.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`${target} was not reached in ${MOST_PRESSES} presses of Tab`);
}

/** Walks once through the whole page, beginning at its top. */
export async function walk(page: Page): Promise<Walk> {
  await page.evaluate(MARK);
  const unseen = new Set<string>();
  let stops = 0;
  for (let press = 0; press < MOST_PRESSES; press++) {
    await page.keyboard.press('Tab');
    const { name, isVisible, isRound } = (await page.evaluate(LOOK)) as Record<string, unknown>;
    if (isRound) break;
    stops++;
    if (!isVisible) unseen.add(String(name));
  }
  return { missed: (await page.evaluate(MISSED)) as string[], unseen: [...unseen], stops };
}

/** Runs in the page, as do the next two: what a pointer can use, and nothing was reached yet. */
const MARK = `(() => {
  // Tab goes on from where one clicked last: the body takes the focus for a moment, so that it begins at the top.
  document.body.tabIndex = -1;
  document.body.focus();
  document.body.removeAttribute('tabindex');
  window.reached = new Set();
  window.nameOf = (element) => element.tagName.toLowerCase() + ' ' + (element.getAttribute('aria-label') || element.textContent || element.className).toString().trim().slice(0, 40);
})()`;

const LOOK = `(() => {
  const element = document.activeElement;
  if (element === null || element === document.body) return { isRound: window.reached.size > 0, isVisible: true };
  if (window.reached.has(element)) return { isRound: true, isVisible: true };
  window.reached.add(element);
  // The ring may stand around the element, or around what dresses it: a field with its icon, the label of a hidden box.
  let isVisible = false;
  for (let each = element, height = 0; each && height < 4; each = each.parentElement, height++) {
    const style = getComputedStyle(each);
    if (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) isVisible = true;
    if (each.matches('input, textarea, .ant-select, .ant-picker, .ant-input-affix-wrapper, .ant-input-number, .ant-radio-button-wrapper, .ant-segmented-item, .ant-slider-handle') && style.boxShadow !== 'none') isVisible = true;
    if (each.matches('.cm-focused')) isVisible = true;
  }
  if (element.matches('input')) {
    const dressed = element.parentElement.querySelector('.ant-checkbox-inner, .ant-segmented-item-label, .ant-radio-inner');
    if (dressed && getComputedStyle(dressed).outlineStyle !== 'none') isVisible = true;
  }
  return { name: window.nameOf(element), isVisible, isRound: false };
})()`;

const MISSED = `(() => {
  const groups = new Set([...window.reached].filter((each) => each.matches('input[type=radio]')).map((each) => each.name));
  return [...document.querySelectorAll('a[href], button, input, textarea, select, summary, [role=tab], [role=slider]')]
    .filter((element) => !element.disabled && element.getAttribute('aria-disabled') !== 'true' && element.checkVisibility() && !element.closest('[inert], [aria-hidden=true]'))
    // One stop stands for what the arrow keys go through: tabs, radio buttons, the cells of a grid.
    .filter((element) => !element.closest('[role=tablist], [role=grid], [role=menu]') || element.getAttribute('tabindex') === '0')
    .filter((element) => !(element.matches('input[type=radio]') && groups.has(element.name)))
    .filter((element) => !window.reached.has(element) && ![...window.reached].some((each) => each.contains(element) || element.contains(each)))
    .map(window.nameOf);
})()`;
