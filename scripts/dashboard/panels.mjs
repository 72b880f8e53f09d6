import { DATASOURCE } from './frame.mjs';

const LINE_AT = { thresholdsStyle: { mode: 'line' } };

/**
 * Lines over time. `queries` by their legends; `limits` are values at which a line is drawn, by colour; `colors` and
 * `right`, the legends on the right axis with another unit, are by legend.
 */
export function graph(title, description, unit, queries, options = {}) {
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

/** The last value of each query, large, in the colour of the step that it has reached. */
export function figure(
  title,
  description,
  unit,
  queries,
  { w = 3, h = 4, steps, none, trend = true, decimals },
) {
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

/** Bars over time: green where a query is 1, red where it is 0. */
export function states(title, description, queries, { w, h = 8 }) {
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

/** How many of a histogram's observations fell into each bucket over time. */
export function heatmap(title, description, unit, query, { w, h = 8 }) {
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

function panel(type, title, description, queries, options = {}) {
  return {
    type,
    title,
    description,
    datasource: DATASOURCE,
    targets: Object.entries(queries).map(([legendFormat, expr], index) => ({
      refId: String.fromCodePoint('A'.codePointAt(0) + index),
      datasource: DATASOURCE,
      expr,
      legendFormat,
      ...options,
    })),
  };
}

function thresholds(steps) {
  return {
    mode: 'absolute',
    steps: Object.entries(steps).map(([color, value]) => ({ color, value })),
  };
}

function override(name, properties) {
  return {
    matcher: { id: 'byName', options: name },
    properties: Object.entries(properties).map(([id, value]) => ({ id, value })),
  };
}
