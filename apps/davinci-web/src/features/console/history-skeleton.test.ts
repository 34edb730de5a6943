/** Proves that the past on its way has a strip for each figure and takes the room that its picture will take. */
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { historyHeight, STRIP_HEIGHT } from './history-size.ts';
import { HistorySkeleton } from './history-skeleton.tsx';

test('a strip of bones for each figure, in a box as tall as the picture', () => {
  const html = renderToStaticMarkup(
    createElement(HistorySkeleton, { lines: [{ key: 'rate' }, { key: 'lag' }, { key: 'age' }] }),
  );
  expect(html.match(/history-waiting-strip/g)).toHaveLength(3);
  expect(html.match(new RegExp(`height:${STRIP_HEIGHT}px`, 'g'))).toHaveLength(3);
  expect(html).toMatch(new RegExp(`^<div class="history-waiting" style="height:${historyHeight(3)}px">`));
});
