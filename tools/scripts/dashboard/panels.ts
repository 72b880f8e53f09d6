import { DATASOURCE, type Panel } from './frame.ts';

type ByName<T> = Readonly<Record<string, T>>;

/** Each query by its legend. */
type Queries = ByName<string>;

/** Colors by the value from which they apply; null is the base color. */
type Steps = ByName<number | null>;

interface Size {
  readonly w?: number;
  readonly h?: number;
}

interface GraphOptions extends Size {
  readonly stacked?: boolean;
  /** Draws a line of that color at the value. */
  readonly limits?: ByName<number>;
  /** By legend. */
  readonly colors?: ByName<string>;
  /** The legends on the right axis, with their unit. */
  readonly right?: ByName<string>;
  readonly max?: number;
  readonly decimals?: number;
  /** Shows the legend as a table. */
  readonly many?: boolean;
}

interface FigureOptions extends Size {
  readonly steps: Steps;
  /** Shown if there is no value. */
  readonly none?: string;
  readonly trend?: boolean;
  readonly decimals?: number;
}

const LINE_AT = { thresholdsStyle: { mode: 'line' } };

/** Lines over time. */
export function graph(
  title: string,
  description: string,
  unit: string,
  queries: Queries,
  options: GraphOptions = {},
): Panel {
  const {
    w = 6,
    h = 8,
    stacked = false,
    limits = {},
    colors = {},
    right = {},
    max,
    decimals,
    many,
  } = options;
  return {
    ...panel('timeseries', title, description, queries),
    w,
    h,
    fieldConfig: {
      defaults: {
        unit,
        min: 0,
        ...(max === undefined ? {} : { max }),
        ...(decimals === undefined ? {} : { decimals }),
        color: { mode: 'palette-classic' },
        thresholds: thresholds({ transparent: null, ...limits }),
        custom: {
          lineWidth: 1,
          fillOpacity: stacked ? 60 : 10,
          showPoints: 'never',
          stacking: { mode: stacked ? 'normal' : 'none', group: 'A' },
          ...(Object.keys(limits).length > 0 ? LINE_AT : {}),
        },
      },
      overrides: [
        ...Object.entries(colors).map(([name, fixedColor]) =>
          override(name, { color: { mode: 'fixed', fixedColor } }),
        ),
        ...Object.entries(right).map(([name, rightUnit]) =>
          override(name, {
            unit: rightUnit,
            'custom.axisPlacement': 'right',
            'custom.fillOpacity': 0,
          }),
        ),
      ],
    },
    options: {
      legend: many
        ? { displayMode: 'table', placement: 'bottom', showLegend: true, calcs: ['lastNotNull', 'max'] }
        : { displayMode: 'list', placement: 'bottom', showLegend: true, calcs: [] },
      tooltip: { mode: 'multi', sort: 'desc' },
    },
  };
}

/** The last value of each query, in the color of its step. */
export function figure(
  title: string,
  description: string,
  unit: string,
  queries: Queries,
  { w = 3, h = 4, steps, none, trend = true, decimals }: FigureOptions,
): Panel {
  return {
    ...panel('stat', title, description, queries),
    w,
    h,
    fieldConfig: {
      defaults: {
        unit,
        ...(decimals === undefined ? {} : { decimals }),
        ...(none === undefined ? {} : { noValue: none }),
        color: { mode: 'thresholds' },
        thresholds: thresholds(steps),
      },
      overrides: [],
    },
    options: {
      colorMode: 'value',
      graphMode: trend ? 'area' : 'none',
      reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
    },
  };
}

/** Bars over time: green while a query is 1, red while it is 0. */
export function states(title: string, description: string, queries: Queries, { w = 6, h = 8 }: Size): Panel {
  return {
    ...panel('state-timeline', title, description, queries),
    w,
    h,
    fieldConfig: {
      defaults: {
        color: { mode: 'thresholds' },
        thresholds: thresholds({ red: null, green: 1 }),
        mappings: [
          {
            type: 'value',
            options: {
              0: { text: 'no', color: 'red', index: 0 },
              1: { text: 'yes', color: 'green', index: 1 },
            },
          },
        ],
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

/** The observations in each bucket of a histogram over time. */
export function heatmap(
  title: string,
  description: string,
  unit: string,
  query: string,
  { w = 6, h = 8 }: Size,
): Panel {
  return {
    ...panel('heatmap', title, description, { '{{le}}': query }, { format: 'heatmap' }),
    w,
    h,
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

function panel(type: string, title: string, description: string, queries: Queries, options: object = {}) {
  return {
    type,
    title,
    description,
    datasource: DATASOURCE,
    targets: Object.entries(queries).map(([legendFormat, expr], index) => ({
      refId: 'ABCDEFGHIJ'.charAt(index),
      datasource: DATASOURCE,
      expr,
      legendFormat,
      ...options,
    })),
  };
}

function thresholds(steps: Steps): object {
  return {
    mode: 'absolute',
    steps: Object.entries(steps).map(([color, value]) => ({ color, value })),
  };
}

function override(name: string, properties: ByName<unknown>): object {
  return {
    matcher: { id: 'byName', options: name },
    properties: Object.entries(properties).map(([id, value]) => ({ id, value })),
  };
}
