/** The median: of an even number of values, the mean of the middle two. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
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
