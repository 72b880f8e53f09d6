import type { FastifyPluginAsync } from 'fastify';
import { type QueueDrain, Queues } from '#libs/bull';
import { notFound, unavailable } from '#libs/problem';

/** Shorter than a proxy in front of the management port waits. Whoever drains a queue asks again. */
const WAIT_MS = 20_000;

/** Drains a queue. Responds 200 when nothing of it runs any more, or 202 if something still does. */
export function drainRoute(queues: Queues, drain: QueueDrain): FastifyPluginAsync {
  return async (scope) => {
    scope.put<{ Params: { queueName: string } }>('/api/queues/:queueName/drain', async (request, reply) => {
      const { queueName } = request.params;
      if (!queues.has(queueName)) {
        throw notFound();
      }
      if (!queues.connections.isReady) {
        throw unavailable({ headers: { 'Retry-After': '1' } });
      }
      const { active, waiting } = await drain.drain(queueName, WAIT_MS);
      const state = active === 0 ? 'drained' : 'draining';
      return reply.code(active === 0 ? 200 : 202).send({ queue: queueName, state, active, waiting });
    });
  };
}
