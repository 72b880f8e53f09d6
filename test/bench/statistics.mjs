/** The median. */
export function median(values) {
  return percentile(values, 0.5);
}

/** The value below which the given fraction of the values lies. */
export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** A ratio as a table row. */
export function shareRow(what, value, least, detail) {
  return { what, value: value.toFixed(2), target: `≥ ${least}`, met: value >= least, detail };
}
