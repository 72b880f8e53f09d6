import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { inProject } from '../project.mjs';
import { DATASOURCE, panel, type PanelSpec } from './panels.ts';

const SOURCE = inProject('helm', 'gatehouse', 'dashboards', 'gatehouse.yaml');
const WIDTH = 24;

/** The dashboard, in the JSON model of Grafana 11 and 12. */
export const dashboard = {
  uid: 'gatehouse',
  title: 'Gatehouse',
  description: 'Accounts, sign-in and mail: golden signals, limits, queues and processes.',
  tags: ['gatehouse'],
  schemaVersion: 39,
  editable: true,
  graphTooltip: 1,
  refresh: '30s',
  time: { from: 'now-3h', to: 'now' },
  templating: {
    list: [
      { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus', refresh: 1 },
      choice('job', 'Job', 'gatehouse_build_info'),
      choice('namespace', 'Namespace', 'gatehouse_build_info{job=~"$job"}'),
      choice('role', 'Role', 'gatehouse_build_info{job=~"$job", namespace=~"$namespace"}'),
    ],
  },
  annotations: {
    list: [
      {
        name: 'Starts',
        enable: true,
        iconColor: 'blue',
        datasource: DATASOURCE,
        expr: 'time() - process_start_time_seconds{job=~"$job", namespace=~"$namespace", role=~"$role"} < 60',
        step: '60s',
        titleFormat: 'Starts',
        textFormat: '{{role}} {{instance}}',
      },
    ],
  },
  panels: layOut(parse(readFileSync(SOURCE, 'utf8')) as { row: string; panels: PanelSpec[] }[]),
};

/** A choice of label values. By default all, including series without the label. */
function choice(name: string, label: string, series: string): object {
  const query = `label_values(${series}, ${name})`;
  return {
    name,
    label,
    type: 'query',
    datasource: DATASOURCE,
    definition: query,
    query: { query, refId: name },
    refresh: 2,
    sort: 1,
    multi: true,
    includeAll: true,
    allValue: '.*',
    current: { text: ['All'], value: ['$__all'] },
  };
}

interface Placed {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

/** Lays out rows of panels, from left to right, and wraps them at the width. */
function layOut(rows: readonly { readonly row: string; readonly panels: readonly PanelSpec[] }[]): Placed[] {
  const placed: Placed[] = [];
  const put = (model: Placed, gridPos: object): void => {
    placed.push(Object.assign({ id: placed.length + 1 }, model, { gridPos }));
  };
  let y = 0;
  for (const { row: title, panels } of rows) {
    const row = { type: 'row', title, collapsed: false, panels: [] };
    put(row, { x: 0, y, w: WIDTH, h: 1 });
    y += 1;
    let [x, height] = [0, 0];
    for (const { w, h, ...model } of panels.map(panel)) {
      if (x + w > WIDTH) {
        [x, y, height] = [0, y + height, 0];
      }
      put(model, { x, y, w, h });
      x += w;
      height = Math.max(height, h);
    }
    y += height;
  }
  return placed;
}
