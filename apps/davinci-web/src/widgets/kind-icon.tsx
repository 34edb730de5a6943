/** Decides which picture stands for a kind of widget. */
import {
  AreaChartOutlined,
  BarChartOutlined,
  DashboardOutlined,
  DotChartOutlined,
  FieldNumberOutlined,
  HeatMapOutlined,
  LineChartOutlined,
  PieChartOutlined,
  QuestionCircleOutlined,
  TableOutlined,
  UnorderedListOutlined,
} from '@ant-design/icons';
import type { ComponentType, ReactNode } from 'react';

const ICONS: Readonly<Record<string, ComponentType>> = {
  table: UnorderedListOutlined,
  pivot: TableOutlined,
  line: LineChartOutlined,
  area: AreaChartOutlined,
  bar: BarChartOutlined,
  pie: PieChartOutlined,
  scatter: DotChartOutlined,
  scorecard: FieldNumberOutlined,
  gauge: DashboardOutlined,
  'heat-map': HeatMapOutlined,
};

export function KindIcon({ kind }: { kind: string }): ReactNode {
  const Icon = (Object.hasOwn(ICONS, kind) ? ICONS[kind] : undefined) ?? QuestionCircleOutlined;
  return <Icon />;
}
