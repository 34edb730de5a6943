/** Decides how a list is narrowed: a field that tells its label to everybody and is as wide as it needs to be. */
import { SearchOutlined } from '@ant-design/icons';
import { Input } from 'antd';
import type { ReactNode } from 'react';

export function SearchField(props: { label: string; value: string; onChange: (value: string) => void }): ReactNode {
  return (
    <Input
      className="search-field"
      allowClear
      prefix={<SearchOutlined />}
      placeholder={props.label}
      aria-label={props.label}
      value={props.value}
      onChange={(event) => props.onChange(event.target.value)}
    />
  );
}
