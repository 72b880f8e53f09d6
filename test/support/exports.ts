import { expect } from '@jest/globals';
import type { ApiClient } from './client.js';
import { type JobBody, jobEnd } from './imports.js';

/** A user as a row of a file. */
export interface ExportedUser {
  readonly id: string;
  readonly email: string;
  readonly passwordHash: string | null;
}

/** Starts an export of all users. @returns the ID of its job */
export async function startExport(caller: ApiClient): Promise<string> {
  const { status, body } = await caller.post<{ readonly jobId: string }>('/users/export');
  expect(status).toBe(202);
  return body.jobId;
}

/** Exports all users, and waits for the end. */
export async function exportUsers(caller: ApiClient): Promise<JobBody> {
  return jobEnd(caller, await startExport(caller));
}

/** The text of the file. */
export async function fileOf(caller: ApiClient, { id }: Pick<JobBody, 'id'>): Promise<string> {
  const { status, body } = await caller.get<string>(`/users/export/${id}/file`);
  expect(status).toBe(200);
  return body;
}

export function rowsOf(file: string): ExportedUser[] {
  expect(file.endsWith('\n')).toBe(true);
  return file
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as ExportedUser);
}
