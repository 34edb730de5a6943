/** Decides how a step back and a step forth look: arrows that bend to the left and to the right, told apart at a glance. */
import type { ReactNode } from 'react';

function Bent({ mirrored }: { mirrored: boolean }): ReactNode {
  return (
    <span className="anticon">
      <svg
        viewBox="0 0 16 16"
        width="1em"
        height="1em"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        aria-hidden="true"
      >
        <g transform={mirrored ? 'matrix(-1 0 0 1 16 0)' : undefined}>
          <path
            d="M5.500 2.500 2 6l3.500 3.500M2 6h7.500a4 4 0 0 1 0 8H6"
            strokeLinecap="round"
            strokeLinejoin="round"
          />
        </g>
      </svg>
    </span>
  );
}

export function UndoIcon(): ReactNode {
  return <Bent mirrored={false} />;
}

export function RedoIcon(): ReactNode {
  return <Bent mirrored />;
}
