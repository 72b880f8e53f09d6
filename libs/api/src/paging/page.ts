import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiProperty } from '@nestjs/swagger';
import { appendHeader, linkTo } from '#libs/http';
import { BooleanQuery, IntegerQuery, StringField } from '../input/fields.js';

export class CursorQuery {
  @IntegerQuery({
    description: 'Maximum number of items to return.',
    min: 1,
    max: 100,
    default: 20,
    example: 20,
  })
  limit: number = 20;

  @StringField({
    description: 'Which page to return: `page.nextCursor` or `page.previousCursor` from an earlier response.',
    maxLength: 1024,
    optional: true,
  })
  cursor?: string;

  @BooleanQuery({
    description: 'Whether to count all items. Slow on long lists.',
    default: false,
  })
  total: boolean = false;
}

export class CursorPage {
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Cursor of the next page. Null on the last page.',
  })
  nextCursor!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Cursor of the previous page. Null on the first page.',
  })
  previousCursor!: string | null;

  @ApiProperty({
    type: 'integer',
    format: 'int64',
    required: false,
    description: 'Total number of items. Only with `total=true`.',
  })
  total?: number;
}

/** RFC 8288: adds `Link` headers for the adjacent pages. Keeps all other query parameters. */
export function linkPages(
  request: FastifyRequest,
  reply: FastifyReply,
  pages: Readonly<Record<string, Record<string, string> | null>>,
): void {
  const [path = '', query = ''] = request.url.split('?', 2);
  for (const [relation, parameters] of Object.entries(pages)) {
    if (parameters) {
      const search = new URLSearchParams(query);
      Object.entries(parameters).forEach(([name, value]) => search.set(name, value));
      appendHeader(
        reply,
        'Link',
        `<${linkTo(request.server, path)}?${search.toString()}>; rel="${relation}"`,
      );
    }
  }
}

export function linkCursors(request: FastifyRequest, reply: FastifyReply, page: CursorPage): void {
  linkPages(request, reply, {
    next: page.nextCursor === null ? null : { cursor: page.nextCursor },
    prev: page.previousCursor === null ? null : { cursor: page.previousCursor },
  });
}
