/** The view editor while its view is on the way: tables, SQL over its result, and the panels, at the places where they will stand. */
import type { ReactNode } from 'react';
import { Loading } from '../../shell/states.tsx';
import { EDITOR_WINDOW } from '../../shell/tokens.ts';
import { useMedia } from '../../shell/use-media.ts';
import './views.css';

const NAMES = ['64%', '48%', '72%', '56%', '40%', '60%'];
const STATEMENT = ['38%', '56%', '30%'];
const TABS = ['a', 'b', 'c', 'd'];

export function EditorSkeleton(): ReactNode {
  const isNarrow = useMedia(EDITOR_WINDOW);
  return (
    <Loading shape="own">
      <div className="editor">
        {isNarrow ? null : (
          <div className="editor-schema">
            <div className="bone button wide" />
            <Lines widths={NAMES} />
          </div>
        )}
        <div className="editor-middle">
          <div className="editor-sql editor-bones">
            <Lines widths={STATEMENT} />
          </div>
          <div className="editor-result editor-bones">
            <div className="bone block" />
          </div>
        </div>
        <div className="editor-side">
          <div className="bone-tabs">
            {TABS.map((tab) => (
              <div key={tab} className="bone line" />
            ))}
          </div>
          <Lines widths={NAMES} />
        </div>
      </div>
    </Loading>
  );
}

function Lines({ widths }: { widths: readonly string[] }): ReactNode {
  return widths.map((width) => <div key={width} className="bone line editor-bone-line" style={{ width }} />);
}
