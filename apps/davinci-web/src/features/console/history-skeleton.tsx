/** Decides how the past looks that is on its way: a strip for each figure, as tall as the picture will be. */
import type { ReactNode } from 'react';
import { Loading } from '../../shell/states.tsx';
import './console.css';
import { historyHeight, STRIP_HEIGHT } from './history-size.ts';

export function HistorySkeleton({ lines }: { lines: readonly { key: string }[] }): ReactNode {
  return (
    <div className="history-waiting" style={{ height: historyHeight(lines.length) }}>
      <Loading shape="own">
        {lines.map(({ key }) => (
          <div key={key} className="history-waiting-strip" style={{ height: STRIP_HEIGHT }}>
            <div className="bone line" />
            <div className="bone block" />
          </div>
        ))}
      </Loading>
    </div>
  );
}
