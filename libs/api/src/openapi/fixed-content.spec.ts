import { expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { fastify } from 'fastify';
import { FixedContent } from './fixed-content.js';

it('Content that is larger than a slice arrives whole', async () => {
  const bytes = randomBytes(1_000_001);
  const content = new FixedContent('application/octet-stream', () => Promise.resolve(bytes));
  const app = fastify().get('/', (request, reply) => content.send(request, reply));
  const { headers, rawPayload } = await app.inject('/');
  expect([headers['content-length'], rawPayload.equals(bytes)]).toEqual(['1000001', true]);
  await app.close();
});
