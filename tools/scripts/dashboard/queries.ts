// Every process reports the same queues and outboxes, so their depths must never be summed over processes.
export const OURS = 'namespace=~"$namespace"';
export const PROCESS = `job=~"$job", ${OURS}, role=~"$role"`;
export const PER_PROCESS = `${OURS}, role=~"$role"`;
export const REQUESTS = `${OURS}, route!~"/health/.*"`;
export const SIGN_INS = `${OURS}, route=~"/v[0-9]+/auth/login"`;

export const EACH_PROCESS = '{{role}} {{instance}}';

export const rate = (metric: string, labels: string): string =>
  `rate(${metric}{${labels}}[$__rate_interval])`;
export const requests = (labels = REQUESTS): string =>
  rate('gatehouse_http_request_duration_seconds_count', labels);
export const buckets = (labels = REQUESTS): string =>
  rate('gatehouse_http_request_duration_seconds_bucket', labels);
export const quantile = (q: number, inner: string, by = 'le'): string =>
  `histogram_quantile(${q}, sum by (${by}) (${inner}))`;
/** Empty, not NaN, if the whole is zero. */
export const share = (part: string, whole: string): string =>
  `(sum(${part}) or vector(0)) / (sum(${whole}) > 0)`;
/** A value that every process reports. */
export const shared = (metric: string, labels = OURS, by = 'queue'): string =>
  `sum by (${by}) (max by (namespace, ${by}) (${metric}{${labels}}))`;
