/** What stands around the panels of a dashboard of Grafana. */

export const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };

const WIDTH = 24;

/** Rows of panels, from left to right, each beginning a new line where the last one has no room. */
export function layOut(rows) {
  const placed = [];
  let y = 0;
  const put = (panel, gridPos) => placed.push({ id: placed.length + 1, ...panel, gridPos });
  for (const { title, panels } of rows) {
    put({ type: 'row', title, collapsed: false, panels: [] }, { x: 0, y, w: WIDTH, h: 1 });
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

/** A choice among the values of a label; all of them at first, whether or not a series has the label. */
export function choice(name, label, query) {
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

export function datasourceChoice() {
  return { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus', refresh: 1 };
}

export function annotation(name, query, text) {
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
