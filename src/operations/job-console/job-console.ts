import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { ControllerHandlerReturnType, ErrorTranslationKey } from '@bull-board/api/typings/app';
import type { FastifyError, FastifyPluginAsync } from 'fastify';
import { ManagementServer } from '#libs/management';
import { JOBS, QueueDrain, Queues } from '#libs/bull';
import { DeadLetters, NotADeadLetterError } from '#libs/dead-letters';
import type { Job } from '#libs/jobs';
import { describeError } from '#libs/telemetry';
import { drainRoute } from './drain.route.js';
import { isNotDelayed } from './not-delayed.js';

const PATH = '/jobs';
const POLL_SECONDS = 5;

/** The page uses inline styles. It also requests a web font, which we block. */
const CONTENT_SECURITY_POLICY = [
  `default-src 'none'`,
  `script-src 'self'`,
  `style-src 'self' 'unsafe-inline'`,
  `img-src 'self' data:`,
  `connect-src 'self'`,
  `worker-src 'self' blob:`,
  `base-uri 'self'`,
  `form-action 'none'`,
  `frame-ancestors 'none'`,
].join('; ');

/**
 * The allowed changes: retrying dead letters, running delayed jobs now, and pausing queues one by one. Jobs can't be added,
 * edited or removed by hand: removed ones would be enqueued again unless they were confirmed, and payloads are shown
 * redacted.
 */
const CHANGES: ReadonlySet<string> = new Set([
  '/api/queues/:queueName/retry/:queueStatus',
  '/api/queues/:queueName/:jobId/retry',
  '/api/queues/:queueName/promote',
  '/api/queues/:queueName/:jobId/promote',
  '/api/queues/:queueName/pause',
  '/api/queues/:queueName/resume',
]);

/** The job console, based on bull-board. */
@Injectable()
export class JobConsole implements OnModuleInit {
  private readonly logger = new Logger(JobConsole.name);

  constructor(
    private readonly management: ManagementServer,
    private readonly queues: Queues,
    private readonly deadLetters: DeadLetters,
    private readonly drain: QueueDrain,
    @Inject(JOBS) private readonly jobs: readonly Job[],
  ) {}

  onModuleInit(): void {
    const isServed = this.management.addPage(PATH, async (scope) => {
      scope.addHook('onSend', async (_request, reply) => {
        void reply.header('Content-Security-Policy', CONTENT_SECURITY_POLICY);
      });
      scope.addHook('onResponse', async ({ method, url }, { statusCode }) => {
        if (method !== 'GET') {
          this.logger.log(`job console: ${method} ${url}: ${statusCode}`);
        }
      });
      await scope.register(await this.createBoard());
      await scope.register(drainRoute(this.queues, this.drain));
    });
    if (!isServed) {
      this.logger.log('the job console is disabled because MANAGEMENT_TOKEN is not set');
    }
  }

  /** Imported here, so that processes without a console don't load it. */
  private async createBoard(): Promise<FastifyPluginAsync> {
    const [{ createBullBoard }, { FastifyAdapter }, { ConsoleQueue }] = await Promise.all([
      import('@bull-board/api'),
      import('@bull-board/fastify'),
      import('./console-queue.js'),
    ]);
    const adapter = new FastifyAdapter().setBasePath(PATH);
    createBullBoard({
      queues: this.queues
        .entries()
        .map(
          ([name, queue]) =>
            new ConsoleQueue(
              queue,
              this.visibleFieldsOf(name),
              this.deadLetters,
              this.queues.connections.client,
            ),
        ),
      serverAdapter: adapter,
      options: {
        uiConfig: {
          boardTitle: 'Gatehouse jobs',
          hideDocsLink: true,
          pollingInterval: { forceInterval: POLL_SECONDS },
        },
        handlerHooks: {
          before: ({ method, route }) =>
            method === 'get' || CHANGES.has(route)
              ? undefined
              : { allow: false, message: 'Jobs cannot be added, changed or removed here.' },
        },
      },
    });
    adapter.setErrorHandler((error) => this.handleError(error));
    return adapter.registerPlugin() as unknown as FastifyPluginAsync;
  }

  private visibleFieldsOf(name: string): readonly string[] {
    return this.jobs.find((job) => job.name === name)?.visibleFields ?? [];
  }

  /** Sends the operator's errors to the operator, and logs ours. */
  private handleError(error: Error): ControllerHandlerReturnType {
    const { statusCode = 500 } = error as FastifyError;
    if (error instanceof NotADeadLetterError || isNotDelayed(error)) {
      return errorResponse(409, 'ERRORS.STATUS_NOT_RETRIABLE', error.message);
    }
    if (statusCode < 500 || error instanceof URIError) {
      return errorResponse(statusCode < 500 ? statusCode : 400, 'ERRORS.INVALID_REQUEST_BODY', error.message);
    }
    if (!this.queues.connections.isReady) {
      return errorResponse(
        503,
        'ERRORS.REDIS_UNAVAILABLE',
        'Redis is not responding. Try again when it is back.',
      );
    }
    this.logger.error('the job console failed', { err: describeError(error) });
    return errorResponse(
      500,
      'ERRORS.INTERNAL_SERVER_ERROR',
      'Something went wrong. See the log for details.',
    );
  }
}

/** The status is sent as is, although bull-board's type doesn't allow it. */
function errorResponse(
  status: number,
  key: ErrorTranslationKey,
  message: string,
): ControllerHandlerReturnType {
  return { status: status as 400, body: { error: { key }, message } };
}
