/** Decides how a list is narrowed: a field that tells its label to everybody and is as wide as it needs to be. */
import { SearchOutlined } from '@ant-design/icons';
import { Input } from 'antd';
import type { ReactNode } from 'react';
import './console.css';

export function SearchField(props: { label: string; value: string; onChange: (value: string) => void }): ReactNode {
  return (
    <div className="search-field">
      <Input
        allowClear
        prefix={<SearchOutlined />}
        placeholder={props.label}
        aria-label={props.label}
        defaultValue={props.value}
        onChange={(event) => props.onChange(event.target.value)}
      />
    </div>
  );
}
