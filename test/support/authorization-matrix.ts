import type { Answer, ApiClient, ProblemBody } from './client.js';

export interface Operation {
  readonly method: string;
  readonly path: string;
  /** Whether it needs credentials. */
  readonly isOpen: boolean;
  readonly permission: string | undefined;
  /** Whether a proof from the last five minutes is needed. */
  readonly isRecent: boolean;
  /** Whether users must be signed in themselves. */
  readonly isOwn: boolean;
  /** Whether there are callers who are signed in, but not in this way. */
  readonly mayNeedSession: boolean;
}

interface DocumentedOperation {
  readonly security: readonly object[];
  readonly 'x-permission'?: string;
  readonly 'x-max-age'?: number;
  readonly 'x-session'?: boolean;
  readonly responses: Readonly<Record<string, { readonly $ref?: string }>>;
}

export interface AuthorizationDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
/** An ID that nobody and nothing has. */
const NO_ID = '0197f9a2-5c1e-7c3b-9d52-6f1d1c1f4a10';
/** The codes of refusals for want of credentials or permissions. Others are from what an operation does. */
const REFUSALS: readonly string[] = ['unauthenticated', 'forbidden', 'session-required'];

export function operationsOf({ paths }: AuthorizationDocument): Operation[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([method]) => METHODS.includes(method))
      .map(([method, operation]) => ({
        method: method.toUpperCase(),
        path,
        isOpen: operation.security.length === 0,
        permission: operation['x-permission'],
        isRecent: operation['x-max-age'] !== undefined,
        isOwn: operation['x-session'] === true,
        mayNeedSession: /SessionRequired/.test(JSON.stringify(operation.responses)),
      })),
  );
}

/** Calls the operation with an empty input: whether one may comes before whether the input is right. */
export function call(caller: ApiClient, { method, path }: Operation): Promise<Answer<ProblemBody>> {
  const url = path.replace(/\{name\}|\{provider\}/g, 'none').replace(/\{\w+\}/g, NO_ID);
  return caller.under('').send(method, url, method === 'GET' || method === 'DELETE' ? {} : { json: {} });
}

/** `yes` if the caller was let in, whatever came of it, or the status of the refusal. */
export function outcomeOf({ status, body }: Answer<ProblemBody | undefined>): string {
  return body && REFUSALS.includes(body.code) ? String(status) : 'yes';
}
