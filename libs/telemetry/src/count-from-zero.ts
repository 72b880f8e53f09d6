import type { Counter } from 'prom-client';

/**
 * Initializes a counter to zero for each set of labels. Prometheus doesn't see an increase when a new series appears,
 * so the first event would otherwise not count.
 */
export function countFromZero<L extends string>(
  counter: Counter<L>,
  series: readonly Partial<Record<L, string>>[],
): void {
  series.forEach((labels) => counter.inc(labels, 0));
}
