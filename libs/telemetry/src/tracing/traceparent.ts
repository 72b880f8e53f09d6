/** W3C Trace Context, section 3.2. */
export interface Traceparent {
  readonly traceId: string;
  readonly parentId: string;
  readonly isSampled: boolean;
}

const SAMPLED = 0x01;

/** Parses a `traceparent` header. Returns undefined if it's invalid, which starts a new trace. */
export function parseTraceparent(text: unknown): Traceparent | undefined {
  const [, version, traceId = '', parentId = '', flags = '', more] =
    /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/.exec(String(text)) ?? [];
  // Later versions may append fields. Version ff is forbidden, and an all-zero ID is invalid.
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
