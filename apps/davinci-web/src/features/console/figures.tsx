/** Decides how a row of figures stands at the top of a page: name, value, and one line of what it means. */
import type { ReactNode } from 'react';
import './console.css';

export function Figures({ children }: { children: ReactNode }): ReactNode {
  return <dl className="figures">{children}</dl>;
}

export function Figure({ name, note, children }: { name: string; note?: ReactNode; children: ReactNode }): ReactNode {
  return (
    <div className="figure">
      <dt>{name}</dt>
      <dd>
        {children}
        {note === undefined ? null : <div className="figure-note">{note}</div>}
      </dd>
    </div>
  );
}
