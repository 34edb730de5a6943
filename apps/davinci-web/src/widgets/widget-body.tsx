/** Decides which of its states a widget shows: waiting with its time, failing, nothing, or its picture. */
import { Button } from 'antd';
import { Component, type ComponentType, type ReactNode, Suspense, useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApiError } from '../api/client.ts';
import { formatDuration } from '../shell/numbers.ts';
import { Empty, ErrorState, Loading } from '../shell/states.tsx';
import type { WidgetViewProps } from './contract.ts';
import { dress } from './dress.ts';
import { widgetKind } from './registry.ts';
import './widgets.css';

export interface WidgetBodyProps extends Omit<WidgetViewProps, 'data'> {
  answer: { data: WidgetViewProps['data'] | undefined; error: ApiError | null; isFetching: boolean };
  onRetry: () => void;
  /** Breaks the query off; undefined where nothing can be broken off. */
  onCancel?: (() => void) | undefined;
}

export function WidgetBody(props: WidgetBodyProps): ReactNode {
  const { t } = useTranslation('widgets');
  const { answer, widget, onRetry } = props;
  const kind = widgetKind(widget.kind);
  if (kind === undefined) return <Empty small title={t('unknownKind', { kind: widget.kind })} />;
  if (answer.error !== null && (answer.data === undefined || !answer.isFetching)) {
    return <ErrorState small error={answer.error} onRetry={onRetry} />;
  }
  if (answer.data === undefined) return <Waiting onCancel={props.onCancel} />;
  if (answer.data.rows.length === 0) return <Empty small title={t('noRows')} />;
  return <Picture {...props} data={answer.data} View={kind.View} />;
}

function Picture({ View, ...props }: WidgetViewProps & { View: ComponentType<WidgetViewProps> }): ReactNode {
  const data = useMemo(() => dress(props.data, props.widget.settings), [props.data, props.widget.settings]);
  return (
    <Suspense fallback={<Loading />}>
      <Guard key={props.widget.kind} subject={data}>
        <View {...props} data={data} />
      </Guard>
    </Suspense>
  );
}

/** After a second the time it has taken, after two a way to break it off. */
function Waiting({ onCancel }: { onCancel: (() => void) | undefined }): ReactNode {
  const { t, i18n } = useTranslation('widgets');
  const [elapsed, setElapsed] = useState(0);
  useEffect(() => {
    const began = performance.now();
    const timer = setInterval(() => setElapsed(performance.now() - began), 500);
    return () => clearInterval(timer);
  }, []);
  if (elapsed < 1_500) return <Loading />;
  return (
    <div className="waiting" role="status">
      <span>{t('running', { time: formatDuration(Math.floor(elapsed / 1000) * 1000, i18n.language) })}</span>
      {onCancel === undefined ? null : (
        <Button size="small" onClick={onCancel}>
          {t('cancel')}
        </Button>
      )}
    </div>
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
    return this.state.error === undefined ? this.props.children : <ErrorState small error={this.state.error} />;
  }
}
