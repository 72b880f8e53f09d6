/** W3C Trace Context, section 3.2. */
export interface Traceparent {
  readonly traceId: string;
  readonly parentId: string;
  readonly isSampled: boolean;
}

const SAMPLED = 0x01;

/** What a `traceparent` says; undefined when it is not valid, and the trace begins anew. */
export function parseTraceparent(text: unknown): Traceparent | undefined {
  const [, version, traceId = '', parentId = '', flags = '', more] =
    /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/.exec(String(text)) ?? [];
  // Later versions may append members; ff is forbidden, and an id of zeros means none.
  const isValid =
    version !== undefined &&
    version !== 'ff' &&
    (version !== '00' || more === undefined) &&
    !/^0+$/.test(traceId) &&
    !/^0+$/.test(parentId);
  return isValid
    ? { traceId, parentId, isSampled: (Number.parseInt(flags, 16) & SAMPLED) === SAMPLED }
    : undefined;
}

export function formatTraceparent({ traceId, parentId, isSampled }: Traceparent): string {
  return `00-${traceId}-${parentId}-${isSampled ? '01' : '00'}`;
}
