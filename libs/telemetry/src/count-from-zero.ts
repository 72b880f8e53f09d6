import type { Counter } from 'prom-client';

/**
 * Shows a counter at zero for each of these labels. Prometheus sees no increase in a series that is new, so without
 * this the first event of its kind would not count.
 */
export function countFromZero<L extends string>(
  counter: Counter<L>,
  series: readonly Partial<Record<L, string>>[],
): void {
  series.forEach((labels) => counter.inc(labels, 0));
}
