import { parser } from '@prometheus-io/lezer-promql';

/** The metrics and labels that a PromQL expression uses. */
export interface PromQuery {
  readonly selectors: readonly Selector[];
  /** The names in `by (…)`, `without (…)` and `on (…)`. */
  readonly groupings: readonly string[];
  /** Labels that the expression creates with `label_replace`. */
  readonly made: readonly string[];
}

export interface Selector {
  readonly metric: string;
  readonly matchers: readonly { readonly label: string; readonly op: string; readonly value: string }[];
}

/** @throws Error if the expression can't be parsed */
export function parsePromQuery(expression: string): PromQuery {
  const selectors: Selector[] = [];
  const groupings: string[] = [];
  const made: string[] = [];
  const textOf = ({ from, to }: { from: number; to: number }): string => expression.slice(from, to);
  parser.parse(expression).iterate({
    enter({ name, type, node }) {
      if (type.isError) {
        throw new Error(
          `"${textOf({ from: node.from, to: expression.length })}" cannot be parsed in: ${expression}`,
        );
      }
      if (name === 'VectorSelector') {
        const metric = node.getChild('Identifier');
        const matchers = node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? [];
        selectors.push({
          metric: metric ? textOf(metric) : '',
          matchers: matchers.map((matcher) => {
            const [label, op, value] = ['LabelName', 'MatchOp', 'StringLiteral'].map((part) => {
              const child = matcher.getChild(part);
              return child ? textOf(child) : '';
            });
            return { label: label ?? '', op: op ?? '', value: JSON.parse(value ?? '""') as string };
          }),
        });
      } else if (name === 'GroupingLabels') {
        groupings.push(...node.getChildren('LabelName').map(textOf));
      } else if (name === 'LabelReplace') {
        const [target] =
          node.parent?.parent?.getChild('FunctionCallBody')?.getChildren('StringLiteral') ?? [];
        made.push(target ? (JSON.parse(textOf(target)) as string) : '');
      }
    },
  });
  return { selectors, groupings, made };
}
