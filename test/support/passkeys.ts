import { expect } from '@jest/globals';
import type { Answer, ApiClient, ProblemBody, SessionBody } from './client.js';
import { SoftwareAuthenticator } from './software-authenticator.js';

type CreationOptions = Parameters<SoftwareAuthenticator['create']>[0];
type RequestOptions = Parameters<SoftwareAuthenticator['get']>[0];

export interface AddedPasskey {
  readonly device: SoftwareAuthenticator;
  readonly id: string;
}

/** What an authenticator answers for someone who has just signed in, to be posted. @param origin of the application */
export async function newPasskey(user: ApiClient, origin: string) {
  const device = new SoftwareAuthenticator(origin);
  const { status, body } = await user.post<CreationOptions>('/auth/passkeys/options');
  expect(status).toBe(200);
  return { device, created: device.create(body) };
}

export async function addPasskey(user: ApiClient, origin: string): Promise<AddedPasskey> {
  const { device, created } = await newPasskey(user, origin);
  const { status, body } = await user.post<{ id: string }>('/auth/passkeys', created);
  expect(status).toBe(201);
  return { device, id: body.id };
}

export async function signInWithPasskey(
  api: ApiClient,
  device: SoftwareAuthenticator,
): Promise<Answer<SessionBody & ProblemBody>> {
  const { body } = await api.post<RequestOptions>('/auth/passkeys/login/options');
  return api.post('/auth/passkeys/login', device.get(body));
}
