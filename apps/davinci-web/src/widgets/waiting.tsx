/** Decides how a widget waits, for its answer or for its picture: a skeleton at first, then the time it has taken, and a way to break it off. */
import { Button } from 'antd';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../shell/numbers.ts';
import { Loading } from '../shell/states.tsx';

export function Waiting(props: {
  word: 'running' | 'drawing';
  /** Undefined where nothing can be broken off. */
  onCancel?: (() => void) | undefined;
  /** Milliseconds until the skeleton is seen; if it is not told, as everywhere. */
  after?: number;
}): ReactNode {
  const { t, i18n } = useTranslation('widgets');
  const { word, onCancel } = props;
  const [elapsed, setElapsed] = useState(0);
  useEffect(() => {
    const began = performance.now();
    const timer = setInterval(() => setElapsed(performance.now() - began), 500);
    return () => clearInterval(timer);
  }, []);
  if (elapsed < 1_500) return <Loading {...(props.after === undefined ? {} : { after: props.after })} />;
  return (
    <div className="waiting" role="status">
      <span>{t(word, { time: formatDuration(Math.floor(elapsed / 1000) * 1000, i18n.language) })}</span>
      {onCancel === undefined ? null : (
        <Button size="small" onClick={onCancel}>
          {t('cancel')}
        </Button>
      )}
    </div>
  );
}
