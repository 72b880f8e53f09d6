import type { MessageInitShape } from '@bufbuild/protobuf';
import { GrpcMethod } from '@nestjs/microservices';
import { accountsProto } from '#libs/contracts';
import { GrpcController } from '#libs/grpc';
import { Authentication, declaredPermissions, PermissionLookup, type Principal } from '#libs/permissions';
import { readUsers } from '../../users/http.js';

type Introspection = MessageInitShape<typeof accountsProto.IntrospectTokenResponseSchema>;

/** The method of `AccountsService` about tokens. */
@GrpcController(readUsers)
export class IntrospectionGrpcController {
  constructor(
    private readonly authentication: Authentication,
    private readonly permissions: PermissionLookup,
  ) {}

  @GrpcMethod(accountsProto.AccountsService.name, 'IntrospectToken')
  async introspectToken({ token }: accountsProto.IntrospectTokenRequest): Promise<Introspection> {
    const principal = await this.authentication.identify(`Bearer ${token}`);
    return principal ? this.describe(principal) : {};
  }

  private async describe(principal: Principal): Promise<Introspection> {
    const granted = await Promise.all(
      [...declaredPermissions().values()].map(async (permission) =>
        (await this.permissions.grants(principal, permission)) ? [permission.name] : [],
      ),
    );
    return {
      active: true,
      userId: principal.userId,
      ...(principal.kind === 'api-key' ? { apiKeyId: principal.keyId } : { sessionId: principal.sessionId }),
      ...(principal.kind === 'impersonation' ? { impersonatorId: principal.impersonator.userId } : {}),
      roles: [...principal.roles],
      permissions: granted.flat(),
    };
  }
}
