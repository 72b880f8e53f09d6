import { type ArgumentsHost, Catch, Inject, type RpcExceptionFilter } from '@nestjs/common';
import type { Logger } from 'pino';
import { type Observable, throwError } from 'rxjs';
import { internalError, Problem, unavailable } from '#libs/problem';
import { currentLogContext, PINO } from '#libs/telemetry';
import { statusOf } from './status.js';

/**
 * Converts every error to a status. Unknown errors are logged, and the status reveals nothing. That a stream ends because the
 * server shuts down is no error.
 */
@Catch()
export class GrpcProblemFilter implements RpcExceptionFilter {
  constructor(@Inject(PINO) private readonly logger: Logger) {}

  catch(error: unknown, _host: ArgumentsHost): Observable<never> {
    const problem = error instanceof Problem ? error : internalError({ cause: error });
    const { code, definition, occurrence } = problem;
    if (unavailable.is(problem) && occurrence.cause === undefined) {
      this.logger.info({ code, detail: occurrence.detail }, 'call ended');
    } else if (definition.status >= 500) {
      this.logger.error({ err: occurrence.cause ?? error, code }, 'call failed');
    }
    return throwError(() => statusOf(problem, currentLogContext()?.requestId));
  }
}
