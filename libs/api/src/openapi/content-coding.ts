export const CODINGS = ['br', 'gzip', 'identity'] as const;
export type Coding = (typeof CODINGS)[number];

/**
 * The coding that a client prefers (RFC 9110, section 12.5.3), the smallest one if it doesn't care. Identity if it
 * accepts none, because an unwanted coding is more useful than an error.
 */
export function preferredCoding(acceptEncoding: string | undefined): Coding {
  const weights = new Map((acceptEncoding ?? '').split(',').map(weightIn));
  const weightOf = (coding: Coding): number =>
    weights.get(coding) ?? weights.get('*') ?? (coding === 'identity' ? LEAST_WEIGHT : 0);
  return CODINGS.reduce((best, coding) => (weightOf(coding) > weightOf(best) ? coding : best), CODINGS[0]);
}

/** Identity is acceptable unless the client excludes it. */
const LEAST_WEIGHT = 0.0001;

function weightIn(member: string): [coding: string, weight: number] {
  const [coding = '', ...parameters] = member.split(';').map((part) => part.trim().toLowerCase());
  const weight = Number(parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? 1);
  return [coding === 'x-gzip' ? 'gzip' : coding, Number.isNaN(weight) ? 0 : weight];
}
