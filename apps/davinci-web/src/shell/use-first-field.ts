/** Decides where a dialog that asks for something begins: at its first field, not at the button that closes it. */
import type { InputRef } from 'antd';
import { type RefObject, useCallback, useRef } from 'react';

export interface FirstField {
  field: RefObject<InputRef | null>;
  /** Of the dialog. It takes the focus itself while its field cannot be seen yet. */
  afterOpenChange: (isOpen: boolean) => void;
}

export function useFirstField(): FirstField {
  const field = useRef<InputRef>(null);
  const afterOpenChange = useCallback((isOpen: boolean) => {
    if (isOpen) field.current?.focus();
  }, []);
  return { field, afterOpenChange };
}
