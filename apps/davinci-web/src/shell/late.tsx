/** Decides how a part of a page that is loaded when it is first drawn waits and fails: a file that does not come never takes the page with it. */
import { Button } from 'antd';
import { type ComponentType, type ReactNode, useLayoutEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type LatePart, latePart } from './late-part.ts';

/** Shows `meanwhile` until it is there, by itself nothing. */
export type Late<Props extends object> = ComponentType<Props & { meanwhile?: ReactNode }> & {
  /** Fetches it before it is drawn; what fails is asked for again when it is. */
  ahead: () => void;
};

/** `floating` has no place of its own in the page: that it failed is told above the page, and its `onClose` dismisses that. */
export function late<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  { floating = false }: { floating?: boolean } = {},
): Late<Props> {
  const part = latePart(load);
  const draw = ({ meanwhile, ...props }: Props & { meanwhile?: ReactNode }) => (
    <LateDrawn part={part} props={props as unknown as Props} meanwhile={meanwhile} floating={floating} />
  );
  // What fails here is asked for again, and told, where it is drawn.
  return Object.assign(draw, { ahead: () => void part.fetch().catch(() => undefined) });
}

/** Draws a part as soon as it is there: the same one as long as this stands. */
export function LateDrawn<Props extends object>({
  part,
  props,
  meanwhile,
  failed = meanwhile,
  floating = false,
}: {
  part: LatePart<ComponentType<Props>>;
  props: Props;
  meanwhile: ReactNode;
  /** Stands below the words that say it failed; if it is not told, `meanwhile`. */
  failed?: ReactNode;
  floating?: boolean;
}): ReactNode {
  const [, drawAgain] = useState({});
  const [hasFailed, setFailed] = useState(false);
  const Part = part.there();
  const isAsked = Part === undefined && !hasFailed;
  useLayoutEffect(() => {
    if (!isAsked) return undefined;
    let isGone = false;
    part.fetch().then(
      () => isGone || drawAgain({}),
      () => isGone || setFailed(true),
    );
    return () => {
      isGone = true;
    };
  }, [part, isAsked]);
  if (Part !== undefined) return <Part {...props} />;
  if (!hasFailed) return meanwhile;
  const { onClose } = props as { onClose?: () => void };
  return (
    <>
      <Failed floating={floating} onRetry={() => setFailed(false)} onClose={floating ? onClose : undefined} />
      {failed}
    </>
  );
}

function Failed(props: { floating: boolean; onRetry: () => void; onClose: (() => void) | undefined }): ReactNode {
  const { t } = useTranslation('shell');
  return (
    <div className={`late-failed ${props.floating ? 'floating' : ''}`} role="alert">
      <span>{t('late.failed')}</span>
      <Button size="small" onClick={props.onRetry}>
        {t('error.retry')}
      </Button>
      {props.onClose === undefined ? null : (
        <Button size="small" type="text" onClick={() => props.onClose?.()}>
          {t('close')}
        </Button>
      )}
    </div>
  );
}
