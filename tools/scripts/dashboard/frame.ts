/** The parts of a Grafana dashboard around its panels. */

export const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };

const WIDTH = 24;

interface Target {
  readonly expr: string;
}

export interface Panel {
  readonly title: string;
  readonly targets?: readonly Target[];
  readonly fieldConfig?: object;
  readonly options?: object;
  readonly w: number;
  readonly h: number;
}

interface PlacedPanel {
  readonly id: number;
  readonly title: string;
  readonly targets?: readonly Target[];
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
}

/** Rows of panels, laid out from left to right and wrapped at the width. */
export function layOut(rows: readonly { title: string; panels: readonly Panel[] }[]): PlacedPanel[] {
  const placed: PlacedPanel[] = [];
  let y = 0;
  const put = (panel: Omit<Panel, 'w' | 'h'>, gridPos: PlacedPanel['gridPos']): void => {
    placed.push({ id: placed.length + 1, ...panel, gridPos });
  };
  for (const { title, panels } of rows) {
    const row = { type: 'row', title, collapsed: false, panels: [] };
    put(row, { x: 0, y, w: WIDTH, h: 1 });
    y += 1;
    let x = 0;
    let height = 0;
    for (const { w, h, ...panel } of panels) {
      if (x + w > WIDTH) {
        y += height;
        x = 0;
        height = 0;
      }
      put(panel, { x, y, w, h });
      x += w;
      height = Math.max(height, h);
    }
    y += height;
  }
  return placed;
}

/** A choice of label values. By default all, including series without the label. */
export function choice(name: string, label: string, query: string): object {
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

export function datasourceChoice(): object {
  return { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus', refresh: 1 };
}

export function annotation(name: string, query: string, text: string) {
  return {
    name,
    enable: true,
    iconColor: 'blue',
    datasource: DATASOURCE,
    expr: query,
    step: '60s',
    titleFormat: name,
    textFormat: text,
  };
}
