/** Decides which of its states a widget shows: waiting with its time, failing, nothing, or its picture. */
import { Component, type ComponentType, memo, type ReactNode, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApiError } from '../api/client.ts';
import { LateDrawn } from '../shell/late.tsx';
import type { LatePart } from '../shell/late-part.ts';
import { Empty, Loading } from '../shell/states.tsx';
import { bodyState, emptiness } from './body-state.ts';
import type { WidgetViewProps } from './contract.ts';
import { dress } from './dress.ts';
import { widgetKind } from './registry.ts';
import './tip.css';
import { Waiting } from './waiting.tsx';
import { WidgetFailure } from './widget-failure.tsx';
import './widgets.css';

export interface WidgetBodyProps extends Omit<WidgetViewProps, 'data'> {
  answer: { data: WidgetViewProps['data'] | undefined; error: ApiError | null; isFetching: boolean };
  /** Whether its question was asked; if it is not told, it was. */
  isAsked?: boolean;
  onRetry: () => void;
  /** Breaks the query off; undefined where nothing can be broken off. */
  onCancel?: (() => void) | undefined;
}

/** Drawn anew only when one of its properties changes. */
export const WidgetBody = memo(function WidgetBody(props: WidgetBodyProps): ReactNode {
  const { t } = useTranslation('widgets');
  const { answer, widget, onRetry } = props;
  const kind = widgetKind(widget.kind);
  if (kind === undefined) return <Empty small title={t('unknownKind', { kind: widget.kind })} />;
  const state = bodyState({ ...answer, isAsked: props.isAsked ?? true });
  if (state === 'failed') return <WidgetFailure error={answer.error} onRetry={onRetry} retrying={answer.isFetching} />;
  if (state === 'unasked') return <Loading />;
  if (answer.data === undefined) return <Waiting word="running" onCancel={props.onCancel} />;
  if (state === 'empty') {
    const why = emptiness(widget.query, answer.data);
    return (
      <Empty small title={t(`noRows.${why}`)}>
        {t(`noRows.${why}Next`)}
      </Empty>
    );
  }
  return <Picture key={widget.kind} {...props} data={answer.data} picture={kind.picture} />;
});

function Picture({
  picture,
  ...props
}: WidgetViewProps & { picture: LatePart<ComponentType<WidgetViewProps>> }): ReactNode {
  const data = useMemo(() => dress(props.data, props.widget.settings), [props.data, props.widget.settings]);
  return (
    <Guard subject={data}>
      <LateDrawn part={picture} props={{ ...props, data }} meanwhile={<Waiting word="drawing" />} failed={null} />
    </Guard>
  );
}

/** A picture that breaks takes neither the page nor the other widgets with it. */
class Guard extends Component<{ subject: unknown; children: ReactNode }, { error: unknown; subject: unknown }> {
  override state: { error: unknown; subject: unknown } = { error: undefined, subject: this.props.subject };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  static getDerivedStateFromProps(props: { subject: unknown }, state: { subject: unknown }) {
    return props.subject === state.subject ? null : { error: undefined, subject: props.subject };
  }

  override render(): ReactNode {
    return this.state.error === undefined ? this.props.children : <WidgetFailure error={this.state.error} />;
  }
}
