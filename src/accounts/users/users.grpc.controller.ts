import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Metadata, ServerWritableStream } from '@grpc/grpc-js';
import { GrpcMethod } from '@nestjs/microservices';
import type { Observable } from 'rxjs';
import { accountsProto } from '#libs/contracts';
import { dateOf, GrpcController, invalidField, requireText, requireUuid, streamTo } from '#libs/grpc';
import { Drain } from '#libs/lifecycle';
import { unavailable } from '#libs/problem';
import { DOMAIN_MAX_LENGTH } from '#libs/text';
import { DOMAIN_RULE, ROLE_MAX_LENGTH } from './search-rules.js';
import { UserListService, type UserSearch } from './user-list.service.js';
import { statusFrom, toUserMessage } from './users.grpc.dto.js';
import { readUsers } from './users.permissions.js';
import { UsersService } from './users.service.js';

const SERVICE = accountsProto.AccountsService.name;
const MAX_BATCH = 100;

/** The methods of `AccountsService` about users. */
@GrpcController(readUsers)
export class UsersGrpcController {
  constructor(
    private readonly users: UsersService,
    private readonly list: UserListService,
    private readonly drain: Drain,
  ) {}

  @GrpcMethod(SERVICE, 'GetUser')
  async getUser({
    id,
  }: accountsProto.GetUserRequest): Promise<MessageInitShape<typeof accountsProto.GetUserResponseSchema>> {
    return { user: toUserMessage(await this.users.profile(requireUuid(id, '/id'))) };
  }

  @GrpcMethod(SERVICE, 'BatchGetUsers')
  async batchGetUsers({
    ids,
  }: accountsProto.BatchGetUsersRequest): Promise<
    MessageInitShape<typeof accountsProto.BatchGetUsersResponseSchema>
  > {
    if (ids.length > MAX_BATCH) {
      throw invalidField('/ids', 'too-many', `must have at most ${MAX_BATCH} items`);
    }
    const wanted = ids.map((id, index) => requireUuid(id, `/ids/${index}`));
    return { users: (await this.list.byIds(wanted)).map(toUserMessage) };
  }

  @GrpcMethod(SERVICE, 'StreamUsers')
  streamUsers(
    { afterId, ...filter }: accountsProto.StreamUsersRequest,
    _metadata: Metadata,
    call: ServerWritableStream<
      accountsProto.StreamUsersRequest,
      MessageInitShape<typeof accountsProto.StreamUsersResponseSchema>
    >,
  ): Observable<never> {
    const after = afterId === '' ? null : requireUuid(afterId, '/after_id');
    return streamTo(call, this.matching(searchOf(filter), after));
  }

  @GrpcMethod(SERVICE, 'CountUsers')
  async countUsers(
    filter: accountsProto.CountUsersRequest,
  ): Promise<MessageInitShape<typeof accountsProto.CountUsersResponseSchema>> {
    return { count: BigInt(await this.list.count(searchOf(filter))) };
  }

  private async *matching(
    search: UserSearch,
    after: string | null,
  ): AsyncGenerator<MessageInitShape<typeof accountsProto.StreamUsersResponseSchema>> {
    for await (const profile of this.list.all(search, after)) {
      if (this.drain.active) {
        throw unavailable({ detail: 'This server is shutting down. Continue the stream with `after_id`.' });
      }
      yield { user: toUserMessage(profile) };
    }
  }
}

type Filter = Omit<accountsProto.CountUsersRequest, '$typeName' | '$unknown'>;

function searchOf({ status, role, emailDomain, createdAfter, createdBefore }: Filter): UserSearch {
  requireText(role, '/role', ROLE_MAX_LENGTH);
  requireText(emailDomain, '/email_domain', DOMAIN_MAX_LENGTH);
  if (emailDomain !== '' && !DOMAIN_RULE.test(emailDomain)) {
    throw invalidField('/email_domain', DOMAIN_RULE.code, DOMAIN_RULE.message);
  }
  if (status !== accountsProto.UserStatus.UNSPECIFIED && statusFrom(status) === undefined) {
    throw invalidField('/status', 'not-one-of', 'must be a status of this version of the API');
  }
  return {
    status: statusFrom(status),
    role: role || undefined,
    emailDomain: emailDomain || undefined,
    createdAfter: dateOf(createdAfter, '/created_after'),
    createdBefore: dateOf(createdBefore, '/created_before'),
    sort: 'createdAt',
  };
}
