import { expect } from '@jest/globals';
import type { Answer, ApiClient, ListBody, ProblemBody } from './client.js';
import { eventually } from './servers.js';

export interface JobBody {
  readonly id: string;
  readonly type: string;
  readonly state: string;
  readonly attempts: number;
  readonly finishedAt: string | null;
  readonly progress: { readonly done: number; readonly total: number } | null;
  readonly result: Readonly<Record<string, unknown>> | null;
  readonly error: string | null;
}

export interface RowErrorBody {
  readonly line: number;
  readonly pointer: string;
  readonly code: string;
  readonly message: string;
}

export const CSV = 'text/csv';
export const NDJSON = 'application/x-ndjson';

export interface ImportHeaders {
  readonly [name: string]: string;
}

/** Sends a file of users. */
export function sendImport(
  caller: ApiClient,
  type: string,
  file: string,
  { headers = {}, query = '' }: { readonly headers?: ImportHeaders; readonly query?: string } = {},
): Promise<Answer<{ jobId: string } & ProblemBody>> {
  return caller.send('POST', `/users/import${query}`, {
    headers: { 'content-type': type, ...headers },
    body: file,
  });
}

export function ndjson(rows: readonly object[]): string {
  return rows.map((row) => JSON.stringify(row)).join('\n');
}

/** Waits until a job is over. */
export function jobEnd(caller: ApiClient, id: string, timeoutMs = 20_000): Promise<JobBody> {
  return eventually(
    async () => {
      const { body } = await caller.get<JobBody>(`/jobs/${id}`);
      expect(['completed', 'failed', 'canceled']).toContain(body.state);
      return body;
    },
    { timeoutMs },
  );
}

/** Sends a file, and waits for the end of its import. */
export async function importFile(
  caller: ApiClient,
  type: string,
  file: string,
  options: { readonly headers?: ImportHeaders; readonly query?: string } = {},
): Promise<JobBody> {
  const { status, body } = await sendImport(caller, type, file, options);
  if (status !== 202) {
    throw new Error(`the import returned ${status}: ${JSON.stringify(body)}`);
  }
  return jobEnd(caller, body.jobId);
}

export async function errorsOf(caller: ApiClient, { id }: JobBody): Promise<RowErrorBody[]> {
  const { body } = await caller.get<ListBody<RowErrorBody>>(`/users/import/${id}/errors?limit=100`);
  return body.items.map(({ line, pointer, code, message }) => ({ line, pointer, code, message }));
}
