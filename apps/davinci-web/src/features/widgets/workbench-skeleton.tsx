/** The workbench while its widget is on the way: the same parts at the same places, in every width of the window. */
import type { ReactNode } from 'react';
import { Loading } from '../../shell/states.tsx';

const FIELDS = ['44%', '60%', '52%', '38%', '64%', '48%'];
const SHELVES = ['30%', '46%', '24%'];
const KINDS = Array.from({ length: 10 }, (_, index) => index);
const SETTINGS = ['90%', '74%', '82%', '66%'];

export function WorkbenchSkeleton(): ReactNode {
  return (
    <Loading shape="own">
      <div className="page-head">
        <div>
          <div className="bone workbench-bone-title" />
        </div>
        <div className="row">
          <div className="bone button" />
          <div className="bone button" />
        </div>
      </div>
      <div className="workbench">
        <div className="card workbench-side">
          <div className="bone button wide" />
          <Lines widths={FIELDS} />
        </div>
        <div className="workbench-middle">
          <div className="card shelves">
            {SHELVES.map((width) => (
              <div key={width} className="shelf">
                <div className="bone line" style={{ width }} />
              </div>
            ))}
          </div>
          <div className="widget workbench-preview">
            <div className="widget-head">
              <div className="bone line" style={{ width: '36%' }} />
            </div>
            <div className="widget-body">
              <div className="bone block" />
            </div>
          </div>
        </div>
        <div className="card workbench-side">
          <div className="kinds">
            {KINDS.map((kind) => (
              <div key={kind} className="kind bone" />
            ))}
          </div>
          <Lines widths={SETTINGS} />
        </div>
      </div>
    </Loading>
  );
}

function Lines({ widths }: { widths: readonly string[] }): ReactNode {
  return widths.map((width) => <div key={width} className="bone line workbench-bone-line" style={{ width }} />);
}
