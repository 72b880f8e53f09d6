// Every process reports the depth of the same queues and outboxes, so those are never added up over processes.
export const OURS = 'namespace=~"$namespace"';
export const PROCESS = `job=~"$job", ${OURS}, role=~"$role"`;
export const PER_PROCESS = `${OURS}, role=~"$role"`;
export const REQUESTS = `${OURS}, route!~"/health/.*"`;
export const SIGN_INS = `${OURS}, route=~"/v[0-9]+/auth/login"`;

export const EACH_PROCESS = '{{role}} {{instance}}';

export const rate = (metric, labels) => `rate(${metric}{${labels}}[$__rate_interval])`;
export const requests = (labels = REQUESTS) => rate('gatehouse_http_request_duration_seconds_count', labels);
export const buckets = (labels = REQUESTS) => rate('gatehouse_http_request_duration_seconds_bucket', labels);
export const quantile = (q, inner, by = 'le') => `histogram_quantile(${q}, sum by (${by}) (${inner}))`;
/** Nothing where there is nothing to be a share of, rather than "not a number". */
export const share = (part, whole) => `(sum(${part}) or vector(0)) / (sum(${whole}) > 0)`;
export const shared = (metric, labels = OURS, by = 'queue') =>
  `sum by (${by}) (max by (namespace, ${by}) (${metric}{${labels}}))`;
