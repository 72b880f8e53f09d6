import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiHeader, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  AcceptsStream,
  API_VERSIONS,
  Caller,
  CursorQuery,
  Cursors,
  Fails,
  Idempotent,
  IdParams,
  invalidCursor,
  Requires,
  responseHeaders,
  StartedJobResponse,
  StreamedBody,
  toStartedJob,
} from '#libs/api';
import type { Principal } from '#libs/permissions';
import { HasOwnSlots } from '#libs/limits';
import { writeUsers } from '../../administration/index.js';
import { exceedsYourPermissions } from '../../auth/index.js';
import { UsersTag } from '../../users/http.js';
import { IMPORT_FORMATS } from './file-rows.js';
import { ImportErrors } from './import-errors.service.js';
import { parseMapping } from './import-mapping.js';
import { ImportErrorList, ImportQuery, toImportErrorResponse } from './imports.dto.js';
import { importNotFound } from './imports.errors.js';
import { ImportsService, MAX_FILE_BYTES } from './imports.service.js';

const MAPPING = 'import-mapping';

@UsersTag()
@Requires(writeUsers)
@Controller({ path: 'users/import', version: [...API_VERSIONS] })
export class ImportsController {
  constructor(
    private readonly imports: ImportsService,
    private readonly errors: ImportErrors,
    private readonly cursors: Cursors,
  ) {}

  @Post()
  @HttpCode(202)
  @Requires(writeUsers, { recent: true })
  @ApiOperation({
    summary: 'Import users',
    description:
      'Creates an account for each row of a file, in a job. Rows have the fields of `POST /users`, and can have ' +
      '`passwordHash` (bcrypt, Argon2, scrypt, PBKDF2 or Firebase scrypt), `status`, `createdAt` and `id`. ' +
      'Users whose address already has an account are skipped, so you can send a file twice.',
  })
  @ApiHeader({
    name: 'Import-Mapping',
    required: false,
    description:
      'Maps fields of your file to ours: a JSON object with a template for each of our fields, such as ' +
      '`{"email":"{username}","displayName":"{firstName|} {lastName|}"}`.',
    schema: { type: 'string', maxLength: 8192 },
  })
  @AcceptsStream({
    mediaTypes: Object.keys(IMPORT_FORMATS),
    maxBytes: MAX_FILE_BYTES,
    headers: [MAPPING],
    description:
      'CSV with the names of the fields on its first line, or a JSON object on each line. At most 512 MB.',
  })
  @ApiAcceptedResponse({ type: StartedJobResponse, description: 'The file has arrived.' })
  @Fails(exceedsYourPermissions)
  @HasOwnSlots()
  @Idempotent({ status: 202, body: toStartedJob })
  async importUsers(
    @Caller() caller: Principal,
    @Body() file: StreamedBody,
    @Query() { dryRun }: ImportQuery,
    @Headers(MAPPING) header: string | undefined,
  ): Promise<StartedJobResponse> {
    const mapping = header === undefined ? null : parseMapping(header);
    const format = IMPORT_FORMATS[file.mediaType as keyof typeof IMPORT_FORMATS];
    return toStartedJob(await this.imports.start(caller, file, { format, mapping, dryRun }));
  }

  @Get(':id/errors')
  @ApiOperation({
    summary: 'List the errors of an import',
    description:
      'Returns why rows were skipped or failed, in file order. Only the first 10,000 such rows are listed, ' +
      'and for 30 days.',
  })
  @ApiOkResponse({
    type: ImportErrorList,
    description: 'A page of errors.',
    headers: responseHeaders('Link'),
  })
  @Fails(importNotFound, invalidCursor)
  async listImportErrors(
    @Param() { id }: IdParams,
    @Query() query: CursorQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ImportErrorList> {
    const list = `import-errors:${id}`;
    const slice = await this.errors.list(id, this.cursors.read(query, list), query.total);
    return this.cursors.respond(request, reply, { slice, list }, toImportErrorResponse);
  }
}
