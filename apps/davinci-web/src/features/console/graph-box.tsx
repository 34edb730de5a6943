/** Decides how one thing of a graph is drawn: a link with its kind, its state in words, its name and what is to be said of it. */
import { Fragment, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from '../../shell/link.tsx';
import { Status } from '../../shell/status.tsx';
import { useTell } from '../../shell/use-tell.ts';
import './console.css';
import type { GraphNode } from './graph.ts';
import { useWording } from './use-wording.ts';

/** `onLight`: called while the pointer or the focus rests on it, and when it leaves. */
export function GraphBox(props: {
  node: GraphNode;
  className?: string;
  onLight?: (isLit: boolean) => void;
}): ReactNode {
  const { t } = useTranslation('console');
  const tell = useTell();
  const words = useWording();
  const { node, className = '', onLight } = props;
  const detail = node.detail === undefined ? undefined : tell(node.detail);
  const inside = (
    <>
      <span className="graph-kind">
        <span>{t(`graph.kind.${node.kind}`)}</span>
        <Status
          kind={node.status}
          word={node.cause === undefined ? t(`status.${node.status}`) : words.cause(node.cause)}
        />
      </span>
      <span className="graph-title" title={node.title}>
        {node.title.split(/(?<=[._])/).map((part, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: they are the parts of one name.
          <Fragment key={at}>
            {at === 0 ? null : <wbr />}
            {part}
          </Fragment>
        ))}
      </span>
      <span className="graph-figures ellipsis" title={detail ?? node.figures.join(' · ')}>
        {node.figures.length > 0 ? node.figures.join(' · ') : detail}
      </span>
    </>
  );
  const shared = {
    className: `graph-node ${node.status} ${className}`,
    onPointerEnter: () => onLight?.(true),
    onPointerLeave: () => onLight?.(false),
  };
  return node.href === undefined ? (
    <div {...shared}>{inside}</div>
  ) : (
    <Link to={node.href} {...shared} onFocus={() => onLight?.(true)} onBlur={() => onLight?.(false)}>
      {inside}
    </Link>
  );
}
