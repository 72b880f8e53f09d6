import type { Logger } from 'pino';
import { Outage } from '#libs/lifecycle';

/** Logs when Redis stops responding, including the consequence, and when it responds again. */
export function redisOutage(logger: Logger, consequence: string): Outage {
  return new Outage({
    began: (err) => logger.warn({ err }, `Redis is not responding: ${consequence}`),
    ended: (seconds) =>
      logger.info({ seconds }, `Redis is responding again; this no longer applies: ${consequence}`),
  });
}
