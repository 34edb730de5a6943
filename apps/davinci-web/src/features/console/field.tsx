/** Decides how a field of a form stands: label, the field, a hint or what is wrong with it. */
import { type ReactNode, useId } from 'react';
import './console.css';

export function Field(props: {
  label: ReactNode;
  hint?: ReactNode;
  problem?: ReactNode;
  required?: boolean;
  /** Gets the id that the label points to. */
  children: (id: string) => ReactNode;
}): ReactNode {
  const id = useId();
  return (
    <div className="form-field">
      <label htmlFor={id}>
        {props.label}
        {props.required ? (
          <span className="field-required" aria-hidden>
            *
          </span>
        ) : null}
      </label>
      {props.children(id)}
      {props.problem ? (
        <p className="field-problem" role="alert">
          {props.problem}
        </p>
      ) : props.hint === undefined ? null : (
        <p className="field-hint">{props.hint}</p>
      )}
    </div>
  );
}
