/** Decides what is wrong with a page as it stands: too wide, words cut, raw keys, or what axe says. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

const MOST_TOLD = 4;

export async function findings(
  page: Page,
  keys: ReadonlySet<string>,
  axe: 'all' | 'colours' | 'none',
): Promise<string[]> {
  const { tooWide, cut, texts } = (await page.evaluate(LOOK)) as { tooWide: string[]; cut: string[]; texts: string[] };
  const raw = texts.filter((text) => keys.has(text));
  const found = [
    ...tooWide.slice(0, MOST_TOLD).map((each) => `wider than its place: ${each}`),
    ...cut.slice(0, MOST_TOLD).map((each) => `words are cut: ${each}`),
    ...[...new Set(raw)].map((each) => `raw key: ${each}`),
  ];
  if (axe === 'none') return found;
  const builder = new AxeBuilder({ page });
  const { violations } = await (axe === 'all' ? builder : builder.withRules(['color-contrast'])).analyze();
  return [
    ...found,
    ...violations.map(
      ({ id, help, nodes }) =>
        `axe ${id}: ${help} (${nodes.length}): ${nodes
          .slice(0, 2)
          .map(({ target }) => target.join(' '))
          .join(' | ')}`,
    ),
  ];
}

/** Runs in the page. What scrolls by itself may hold more than it shows; a short text that stands still may not be cut. */
const LOOK = `(() => {
  const name = (element) => element.tagName.toLowerCase() + (element.className && typeof element.className === 'string' ? '.' + element.className.trim().split(/\\s+/).slice(0, 2).join('.') : '') + ' "' + (element.textContent || '').trim().slice(0, 40) + '"';
  const scrolls = (element) => ['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(element).overflowX);
  const tooWide = [];
  if (document.documentElement.scrollWidth > innerWidth + 1) tooWide.push('the whole page (' + document.documentElement.scrollWidth + ' px)');
  const content = document.querySelector('.content');
  if (content && content.scrollWidth > content.clientWidth + 1) tooWide.push('the content (' + content.scrollWidth + ' of ' + content.clientWidth + ' px)');
  const cut = [];
  for (const element of document.querySelectorAll('.content *')) {
    const box = element.getBoundingClientRect();
    if (box.width === 0 || box.height === 0 || !element.checkVisibility()) continue;
    let inside = element.parentElement;
    while (inside && !scrolls(inside)) inside = inside.parentElement;
    if (inside && inside !== document.body && inside.classList.contains('content') && box.right > inside.getBoundingClientRect().right + 1) tooWide.push(name(element));
    const isShort = element.matches('button, .ant-btn, label, legend, h1, h2, h3, dt, th, .ant-tabs-tab-btn, .ant-segmented-item-label, .status');
    if (isShort && element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0 && getComputedStyle(element).display !== 'inline' && !element.title && !element.classList.contains('visually-hidden')) cut.push(name(element));
  }
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.textContent.trim();
    if (text !== '' && !['SCRIPT', 'STYLE'].includes(node.parentElement.tagName)) texts.push(text);
  }
  for (const element of document.querySelectorAll('[aria-label], [placeholder], [title]')) {
    for (const attribute of ['aria-label', 'placeholder', 'title']) {
      const text = element.getAttribute(attribute);
      if (text) texts.push(text.trim());
    }
  }
  return { tooWide, cut, texts };
})()`;
