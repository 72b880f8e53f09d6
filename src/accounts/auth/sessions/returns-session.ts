import {
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  HttpCode,
  Injectable,
  type NestInterceptor,
  UseInterceptors,
} from '@nestjs/common';
import { ApiHeader, ApiResponse } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { map, type Observable } from 'rxjs';
import { Fails, responseHeaders } from '#libs/api';
import { RefreshCookie, TRANSPORT_HEADER } from './refresh-cookie.js';
import { SessionResponse } from './session.response.js';
import { originNotAllowed } from './sessions.errors.js';

interface SessionResult {
  readonly status: 200 | 201;
  readonly description: string;
}

/**
 * The operation returns a `Session`. If the client asks for it, the refresh token is in a cookie. Has to be the last
 * decorator of an `@Idempotent()` handler, so that it applies to stored responses, too.
 */
export function ReturnsSession({ status, description }: SessionResult): MethodDecorator {
  return applyDecorators(
    HttpCode(status),
    UseInterceptors(RefreshCookieInterceptor),
    ApiHeader({
      name: TRANSPORT_HEADER,
      required: false,
      description:
        "For browsers: returns the refresh token in a cookie that scripts can't read, instead of in the body.",
      schema: { type: 'string', enum: ['cookie'] },
    }),
    ApiResponse({ status, type: SessionResponse, description, headers: responseHeaders('Set-Cookie') }),
    Fails(originNotAllowed),
  );
}

@Injectable()
class RefreshCookieInterceptor implements NestInterceptor<SessionResponse, SessionResponse> {
  constructor(private readonly cookie: RefreshCookie) {}

  intercept(context: ExecutionContext, next: CallHandler<SessionResponse>): Observable<SessionResponse> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    if (!this.cookie.isWanted(request)) {
      return next.handle();
    }
    const reply = http.getResponse<FastifyReply>();
    return next.handle().pipe(map((session) => this.cookie.store(session, request, reply)));
  }
}
