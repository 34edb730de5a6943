/** Decides how the pictures are laid side by side, so that a person can look at all of them: a sheet for each page, and an index of the sheets. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';

/** Width of a small picture in pixels. */
const SMALL = 600;

export interface Shot {
  /** Of the page. */
  name: string;
  /** The row and the column of the sheet it stands in. */
  state: string;
  look: string;
  /** Name of the picture in the folder. */
  file: string;
  findings: readonly string[];
}

/** Writes `sheets/NAME.png` for each page and `index.html` into `folder`, which holds the pictures. */
export async function writeSheets(browser: Browser, folder: string, shots: readonly Shot[]): Promise<void> {
  const names = [...new Set(shots.map(({ name }) => name))];
  const page = await browser.newPage();
  try {
    for (const name of names) {
      const html = join(folder, 'sheets', `${name}.html`);
      const looks = new Set(shots.filter((each) => each.name === name).map(({ look }) => look)).size;
      await writeFile(html, sheet(shots.filter((each) => each.name === name)));
      await page.setViewportSize({ width: looks * (SMALL + 8) + 8, height: 400 });
      await page.goto(pathToFileURL(html).href, { waitUntil: 'load' });
      await page.screenshot({ path: join(folder, 'sheets', `${name}.png`), fullPage: true });
    }
  } finally {
    await page.close();
  }
  await writeFile(join(folder, 'index.html'), index(names, shots));
}

function sheet(shots: readonly Shot[]): string {
  const looks = [...new Set(shots.map(({ look }) => look))];
  const states = [...new Set(shots.map(({ state }) => state))];
  const cell = (state: string, look: string) => {
    const shot = shots.find((each) => each.state === state && each.look === look);
    return shot === undefined
      ? '<figure></figure>'
      : `<figure><a href="../${shot.file}"><img src="../${shot.file}"></a><figcaption>${state} ${look}${shot.findings.length > 0 ? ` · ${shot.findings.length} findings` : ''}</figcaption></figure>`;
  };
  return `<!doctype html><meta charset="utf-8"><style>
    body { margin: 8px; font: 12px sans-serif; display: grid; grid-template-columns: repeat(${looks.length}, ${SMALL}px); gap: 8px }
    figure { margin: 0 } img { width: 100%; display: block; outline: 1px solid #999 } figcaption { padding: 2px }
  </style>${states.flatMap((state) => looks.map((look) => cell(state, look))).join('')}`;
}

function index(names: readonly string[], shots: readonly Shot[]): string {
  const asText = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const parts = names.map((name) => {
    const found = shots.filter((each) => each.name === name && each.findings.length > 0);
    const told = found.map(
      ({ state, look, findings }) => `<li>${state} ${look}: ${findings.map(asText).join('; ')}</li>`,
    );
    return `<h2>${name}</h2><ul>${told.join('')}</ul><a href="sheets/${name}.html"><img src="sheets/${name}.png"></a>`;
  });
  return `<!doctype html><meta charset="utf-8"><title>Pages</title><style>body { font: 14px sans-serif } img { width: 100% }</style>${parts.join('')}`;
}
