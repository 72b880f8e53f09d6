/** A panel, as helm/gatehouse/dashboards/gatehouse.yaml describes it. */
export interface PanelSpec {
  readonly title: string;
  readonly description: string;
  /** graph (the default): lines over time. figure: the last value. states: green while 1, red while 0. */
  readonly kind?: 'graph' | 'figure' | 'states' | 'heatmap';
  /** By legend. */
  readonly queries: ByName<string>;
  readonly unit?: string;
  readonly w?: number;
  readonly h?: number;
  readonly max?: number;
  readonly decimals?: number;
  /** Of a figure: the colors by the value from which they apply. */
  readonly steps?: ByName<number | null>;
  /** Of a figure: shown if there is no value, and whether it has a line in the background. */
  readonly none?: string;
  readonly trend?: boolean;
  /** Of a graph: lines at a value by color, colors by legend, and units by legend on the right axis. */
  readonly limits?: ByName<number>;
  readonly colors?: ByName<string>;
  readonly right?: ByName<string>;
  readonly stacked?: boolean;
  /** Of a graph: shows the legend as a table. */
  readonly many?: boolean;
}

type ByName<T> = Readonly<Record<string, T>>;

export const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };

const KINDS = { graph, figure, states, heatmap };

/** A panel in Grafana's model, without its place. */
export function panel(spec: PanelSpec) {
  const { type, w, h, ...model } = KINDS[spec.kind ?? 'graph'](spec);
  const targets = Object.entries(spec.queries).map(([legendFormat, expr], index) => ({
    refId: 'ABCDEFGHIJ'.charAt(index),
    datasource: DATASOURCE,
    expr,
    legendFormat,
    ...(type === 'heatmap' ? { format: 'heatmap' } : {}),
  }));
  const { title, description } = spec;
  return {
    w: spec.w ?? w,
    h: spec.h ?? h,
    type,
    title,
    description,
    datasource: DATASOURCE,
    targets,
    ...model,
  };
}

function graph({
  unit,
  stacked = false,
  limits = {},
  colors = {},
  right = {},
  max,
  decimals,
  many,
}: PanelSpec) {
  const legend = many
    ? { displayMode: 'table', placement: 'bottom', showLegend: true, calcs: ['lastNotNull', 'max'] }
    : { displayMode: 'list', placement: 'bottom', showLegend: true, calcs: [] };
  const custom = {
    lineWidth: 1,
    fillOpacity: stacked ? 60 : 10,
    showPoints: 'never',
    stacking: { mode: stacked ? 'normal' : 'none', group: 'A' },
    ...(Object.keys(limits).length > 0 ? { thresholdsStyle: { mode: 'line' } } : {}),
  };
  const color = { mode: 'palette-classic' };
  const steps = thresholds({ transparent: null, ...limits });
  const onTheRight = { 'custom.axisPlacement': 'right', 'custom.fillOpacity': 0 };
  return {
    type: 'timeseries',
    w: 6,
    h: 8,
    fieldConfig: {
      defaults: { unit, min: 0, ...given({ max, decimals }), color, thresholds: steps, custom },
      overrides: [
        ...Object.entries(colors).map(([name, fixedColor]) =>
          override(name, { color: { mode: 'fixed', fixedColor } }),
        ),
        ...Object.entries(right).map(([name, rightUnit]) =>
          override(name, { unit: rightUnit, ...onTheRight }),
        ),
      ],
    },
    options: { legend, tooltip: { mode: 'multi', sort: 'desc' } },
  };
}

function figure({ unit, steps = {}, none, trend = true, decimals }: PanelSpec) {
  const color = { mode: 'thresholds' };
  return {
    type: 'stat',
    w: 3,
    h: 4,
    fieldConfig: {
      defaults: { unit, ...given({ decimals, noValue: none }), color, thresholds: thresholds(steps) },
      overrides: [],
    },
    options: {
      colorMode: 'value',
      graphMode: trend ? 'area' : 'none',
      reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
    },
  };
}

function states() {
  const texts = { 0: { text: 'no', color: 'red', index: 0 }, 1: { text: 'yes', color: 'green', index: 1 } };
  return {
    type: 'state-timeline',
    w: 6,
    h: 8,
    fieldConfig: {
      defaults: {
        color: { mode: 'thresholds' },
        thresholds: thresholds({ red: null, green: 1 }),
        mappings: [{ type: 'value', options: texts }],
        custom: { fillOpacity: 70, lineWidth: 0 },
      },
      overrides: [],
    },
    options: {
      mergeValues: true,
      showValue: 'never',
      rowHeight: 0.8,
      legend: { displayMode: 'list', placement: 'bottom', showLegend: false },
      tooltip: { mode: 'single', sort: 'none' },
    },
  };
}

function heatmap({ unit }: PanelSpec) {
  return {
    type: 'heatmap',
    w: 6,
    h: 8,
    options: {
      calculate: false,
      cellGap: 1,
      color: { mode: 'scheme', scheme: 'Oranges', steps: 64, exponent: 0.5 },
      filterValues: { le: 1e-9 },
      legend: { show: true },
      tooltip: { mode: 'single', yHistogram: false },
      yAxis: { axisPlacement: 'left', unit },
    },
  };
}

function given(values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

function thresholds(steps: ByName<number | null>): object {
  return { mode: 'absolute', steps: Object.entries(steps).map(([color, value]) => ({ color, value })) };
}

function override(name: string, properties: ByName<unknown>): object {
  return {
    matcher: { id: 'byName', options: name },
    properties: Object.entries(properties).map(([id, value]) => ({ id, value })),
  };
}
