/** Decides where the focus is while a dialog asks for something, and after it: at its first field, not at the button that closes it, then where it was before. */
import type { InputRef } from 'antd';
import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';

export interface FirstField {
  field: RefObject<InputRef | null>;
  /** Of the dialog. It takes the focus itself while its field cannot be seen yet. */
  afterOpenChange: (isOpen: boolean) => void;
}

/** For a dialog that is taken away when it is closed. */
export function useFirstField(): FirstField {
  const field = useRef<InputRef>(null);
  const [before] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    },
    [before],
  );
  const afterOpenChange = useCallback((isOpen: boolean) => {
    if (isOpen) field.current?.focus();
  }, []);
  return { field, afterOpenChange };
}
