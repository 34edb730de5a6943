/** Proves that what is on its way takes the shape of what comes. */
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { Loading } from './states.tsx';

test('a record on its way has its figures, a statement, facts and a card, and no block that fills the page', () => {
  const html = renderToStaticMarkup(createElement(Loading, { shape: 'record', figures: 4 }));
  expect(html.match(/bone-figure"/g)).toHaveLength(4);
  expect(html.match(/bone-pane"/g)).toHaveLength(2);
  expect(html).not.toContain('bone block');
  // The row of figures on a page is a grid of that name: the skeleton around it must not become one.
  expect(html).not.toMatch(/class="skeleton [^"]*\bfigures\b/);
});

test('a thing on its way has a list below its tabs, or what is given where the first tab shows something else', () => {
  const own = renderToStaticMarkup(createElement(Loading, { shape: 'thing' }, 'a picture'));
  expect(own).toContain('a picture');
  expect(own).not.toContain('bone-list');
  expect(renderToStaticMarkup(createElement(Loading, { shape: 'thing' }))).toContain('bone-list');
});

test('a search on its way has a form between its tabs and its list: how to read, the fields and the button', () => {
  const html = renderToStaticMarkup(createElement(Loading, { shape: 'search' }));
  expect(html).toMatch(/bone-tabs.*bone-pane.*bone button wide.*bone block.*bone button".*bone-list/s);
});
