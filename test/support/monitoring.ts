import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const CHART = join('helm', 'gatehouse');

/** A query that operators rely on, and where it is defined. */
export interface Expression {
  readonly where: string;
  readonly expr: string;
  /** Names in double braces in its legend or in its alert's annotations. */
  readonly labels: readonly string[];
  /** The name of the series that a recording rule creates from it. */
  readonly record?: string;
}

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
  }[];
  readonly annotations: {
    readonly list: readonly { readonly name: string; readonly expr: string; readonly textFormat: string }[];
  };
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
}

/** All expressions in the chart's rules. */
export function ruleExpressions(): Expression[] {
  const folder = join(CHART, 'rules');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .flatMap((name) => {
      const { groups } = parse(readFileSync(join(folder, name), 'utf8')) as { groups: { rules: Rule[] }[] };
      return groups.flatMap(({ rules }) => rules);
    })
    .map(({ alert, record, expr, annotations = {} }) => ({
      where: alert ?? record ?? '',
      expr,
      labels: [
        ...Object.values(annotations)
          .join()
          .matchAll(/\$labels\.(\w+)/g),
      ].map(([, label = '']) => label),
      ...(record === undefined ? {} : { record }),
    }));
}

/** All expressions in the dashboard, with its variables replaced as Grafana would. */
export function dashboardExpressions(): Expression[] {
  const text = readFileSync(join(CHART, 'dashboards', 'gatehouse.json'), 'utf8');
  const { panels, annotations, templating } = JSON.parse(text) as Dashboard;
  const found = [
    ...panels.flatMap(({ title, targets = [] }) =>
      targets.map(({ expr, legendFormat }) => ({ where: title, expr, legend: legendFormat })),
    ),
    ...annotations.list.map(({ name, expr, textFormat }) => ({ where: name, expr, legend: textFormat })),
    ...templating.list.flatMap(({ name, definition }) => {
      const [, expr, label] = /^label_values\((.*), (\w+)\)$/.exec(definition ?? '') ?? [];
      return expr === undefined ? [] : [{ where: `$${name}`, expr, legend: `{{${label ?? ''}}}` }];
    }),
  ];
  return found.map(({ where, expr, legend }) => ({
    where,
    expr: expr.replaceAll('$__rate_interval', '2m').replaceAll(/\$\w+/g, '.*'),
    labels: [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label),
  }));
}
