import { expect } from '@jest/globals';
import type { Answer, ApiClient } from './client.js';

export interface IpRuleBody {
  readonly id: string;
  readonly cidr: string;
  readonly action: string;
  readonly reason: string | null;
  readonly source: string;
  readonly author: string | null;
  readonly createdAt: string;
  readonly expiresAt: string | null;
}

/** For applications to which the tests are a proxy. */
export const BEHIND_PROXY = { TRUSTED_PROXIES: '127.0.0.0/8' };

/** The client as the proxy passes it on that the tests are. */
export function at(client: ApiClient, address: string): ApiClient {
  return client.with({ 'x-forwarded-for': address });
}

/** What a client at this address gets from an open route: 404, or 403 if it's denied. */
export async function statusAt(client: ApiClient, address: string): Promise<number> {
  return (await at(client.under(''), address).get('/nothing-here')).status;
}

export async function addRule(
  admin: ApiClient,
  cidr: string,
  rule: Partial<IpRuleBody> = {},
): Promise<IpRuleBody> {
  const added = await admin.post<IpRuleBody>('/ip-rules', { cidr, action: 'deny', ...rule });
  expect([added.status, JSON.stringify(added.body)]).toEqual([201, expect.any(String)]);
  return added.body;
}

export function removeRule(admin: ApiClient, { id }: IpRuleBody): Promise<Answer<unknown>> {
  return admin.delete(`/ip-rules/${id}`);
}
