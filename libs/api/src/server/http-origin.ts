import { Injectable } from '@nestjs/common';
import { addressOf, currentRequest } from '#libs/http';
import { printableUserAgent } from '#libs/text';
import { AuditOrigin, type Origin } from '#libs/audit';

/** The request that is handled, and its caller. */
@Injectable()
export class HttpOrigin extends AuditOrigin {
  override current(): Origin | undefined {
    const request = currentRequest();
    // On open routes, whoever sends a token along isn't who acts.
    const principal = request?.actor;
    return (
      request && {
        userId: principal?.userId ?? null,
        apiKeyId: principal?.kind === 'api-key' ? principal.keyId : null,
        impersonatorId: principal?.kind === 'impersonation' ? principal.impersonator.userId : null,
        requestId: request.id,
        ipAddress: addressOf(request),
        userAgent: printableUserAgent(request.headers['user-agent']),
      }
    );
  }
}
