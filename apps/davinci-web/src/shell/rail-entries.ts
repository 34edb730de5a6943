/** Lists the pages of the rail: where each stands there, and who sees it. */
import {
  ApartmentOutlined,
  BarChartOutlined,
  CloudServerOutlined,
  CodeOutlined,
  DashboardOutlined,
  DatabaseOutlined,
  ForkOutlined,
  HomeOutlined,
  SafetyOutlined,
  SearchOutlined,
  TeamOutlined,
} from '@ant-design/icons';
import type { ComponentType } from 'react';
import type { Role } from '../api/session.ts';

export interface RailEntry {
  /** Also the key of its label: `rail.<noun>`. */
  noun: string;
  path: string;
  icon: ComponentType;
  group: 'see' | 'run';
  role: Role;
}

export function isWithin({ path }: Pick<RailEntry, 'path'>, pathname: string): boolean {
  return path === '/' ? pathname === '/' : pathname === path || pathname.startsWith(`${path}/`);
}

export const RAIL: readonly RailEntry[] = [
  { noun: 'home', path: '/', icon: HomeOutlined, group: 'see', role: 'viewer' },
  { noun: 'dashboards', path: '/dashboards', icon: DashboardOutlined, group: 'see', role: 'viewer' },
  { noun: 'widgets', path: '/widgets', icon: BarChartOutlined, group: 'see', role: 'viewer' },
  { noun: 'views', path: '/views', icon: CodeOutlined, group: 'see', role: 'editor' },
  { noun: 'data', path: '/data', icon: DatabaseOutlined, group: 'see', role: 'editor' },
  { noun: 'sources', path: '/sources', icon: CloudServerOutlined, group: 'run', role: 'editor' },
  { noun: 'flows', path: '/flows', icon: ForkOutlined, group: 'run', role: 'editor' },
  { noun: 'topics', path: '/topics', icon: ApartmentOutlined, group: 'run', role: 'editor' },
  { noun: 'queries', path: '/queries', icon: SearchOutlined, group: 'run', role: 'editor' },
  { noun: 'health', path: '/status', icon: SafetyOutlined, group: 'run', role: 'viewer' },
  { noun: 'users', path: '/users', icon: TeamOutlined, group: 'run', role: 'admin' },
];
