/** Decides which picture stands for a kind of widget. */
import {
  AreaChartOutlined,
  BarChartOutlined,
  DashboardOutlined,
  DotChartOutlined,
  FieldNumberOutlined,
  LineChartOutlined,
  PieChartOutlined,
  QuestionCircleOutlined,
  TableOutlined,
  UnorderedListOutlined,
} from '@ant-design/icons';
import type { ComponentType, ReactNode } from 'react';

/** Cells, some of them hot. */
function HeatMapIcon(): ReactNode {
  const cells = HEAT.flatMap((row, y) =>
    row.map((heat, x) => ({ key: `${x}:${y}`, x: 1 + x * 5, y: 1 + y * 5, heat })),
  );
  return (
    <span className="anticon">
      <svg viewBox="0 0 16 16" width="1em" height="1em" fill="currentColor" aria-hidden="true">
        {cells.map(({ key, x, y, heat }) => (
          <rect key={key} x={x} y={y} width="4" height="4" opacity={heat} />
        ))}
      </svg>
    </span>
  );
}

const HEAT = [
  [0.25, 0.5, 1],
  [0.5, 1, 0.5],
  [1, 0.5, 0.25],
];

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
  'heat-map': HeatMapIcon,
};

export function KindIcon({ kind }: { kind: string }): ReactNode {
  const Icon = (Object.hasOwn(ICONS, kind) ? ICONS[kind] : undefined) ?? QuestionCircleOutlined;
  return <Icon />;
}
