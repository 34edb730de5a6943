/** Decides how a text item is written: headings, lists, bold and links; nothing of it is markup of the page. */
import { Fragment, type ReactNode } from 'react';

export function RichText({ text }: { text: string }): ReactNode {
  const blocks = text.split(/\n{2,}/).filter((block) => block.trim() !== '');
  return blocks.map((block, index) => {
    const lines = block.split('\n');
    // biome-ignore lint/suspicious/noArrayIndexKey: a paragraph is its place in the text.
    return <Fragment key={index}>{blockOf(lines)}</Fragment>;
  });
}

function blockOf(lines: readonly string[]): ReactNode {
  const [first = ''] = lines;
  const heading = /^(#{1,3})\s+(.*)$/.exec(first);
  if (heading !== null) {
    const rest = lines.slice(1);
    return (
      <>
        {heading[1] === '#' ? <h2>{inline(heading[2] ?? '')}</h2> : <h3>{inline(heading[2] ?? '')}</h3>}
        {rest.length > 0 ? blockOf(rest) : null}
      </>
    );
  }
  if (lines.every((line) => /^\s*[-*]\s+/.test(line))) {
    return (
      <ul>
        {lines.map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a point is its place in the list.
          <li key={index}>{inline(line.replace(/^\s*[-*]\s+/, ''))}</li>
        ))}
      </ul>
    );
  }
  return <p>{inline(lines.join(' '))}</p>;
}

function inline(text: string): ReactNode[] {
  return text.split(/(\*\*[^*]+\*\*|\[[^\]]+\]\([^)\s]+\))/g).map((part, index) => {
    const link = /^\[([^\]]+)\]\(([^)\s]+)\)$/.exec(part);
    if (link !== null && /^(https?:\/\/|\/(?!\/))/.test(link[2] ?? '')) {
      return (
        // biome-ignore lint/suspicious/noArrayIndexKey: a part is its place in the line.
        <a key={index} href={link[2]} target={link[2]?.startsWith('/') ? undefined : '_blank'} rel="noreferrer">
          {link[1]}
        </a>
      );
    }
    // biome-ignore lint/suspicious/noArrayIndexKey: a part is its place in the line.
    return part.startsWith('**') && part.endsWith('**') ? <b key={index}>{part.slice(2, -2)}</b> : part;
  });
}
