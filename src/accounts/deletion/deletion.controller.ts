import { Controller, Delete, HttpCode, Req } from '@nestjs/common';
import { ApiAcceptedResponse, ApiNoContentResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { API_VERSIONS, Caller, ConditionalChange, conditionsOf, Fails, Requires } from '#libs/api';
import type { ImpersonationPrincipal, SessionPrincipal } from '#libs/permissions';
import { lastAdmin } from '../auth/index.js';
import { UsersTag } from '../users/http.js';
import { AccountDeletionService } from './account-deletion.service.js';
import { AccountDeletionResponse, toAccountDeletionResponse } from './deletion.dto.js';
import { deletionNotFound } from './deletion.errors.js';

@UsersTag()
@Controller({ path: 'users/me', version: [...API_VERSIONS] })
export class DeletionController {
  constructor(private readonly deletions: AccountDeletionService) {}

  @Delete()
  @HttpCode(202)
  @Requires(null, { recent: true, session: true })
  @ApiOperation({
    summary: 'Delete your account',
    description:
      'Signs you out everywhere, and deletes your account and all of its data after a grace period, which is usually 14 ' +
      'days. Until then, you can sign in and cancel.',
  })
  @ApiAcceptedResponse({ type: AccountDeletionResponse, description: 'The account will be deleted.' })
  @Fails(lastAdmin)
  @ConditionalChange()
  async deleteMe(
    @Caller() caller: SessionPrincipal,
    @Req() request: FastifyRequest,
  ): Promise<AccountDeletionResponse> {
    const isExpected = conditionsOf(request).allowVersionOf(caller.userId);
    return toAccountDeletionResponse(await this.deletions.request(caller, isExpected));
  }

  @Delete('deletion')
  @HttpCode(204)
  @Requires()
  @ApiOperation({
    summary: 'Cancel the deletion of your account',
    description: 'Keeps your account. Your other devices stay signed out.',
  })
  @ApiNoContentResponse({ description: 'The account stays.' })
  @Fails(deletionNotFound)
  async cancelDeletion(@Caller() caller: SessionPrincipal | ImpersonationPrincipal): Promise<void> {
    await this.deletions.cancel(caller);
  }
}
