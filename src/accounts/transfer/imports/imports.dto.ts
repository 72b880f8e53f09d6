import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { BooleanQuery, CursorPage } from '#libs/api';
import type { TransferError } from '../transfer-error.entity.js';

export class ImportQuery {
  @BooleanQuery({
    description: 'Whether to check the file without creating any users.',
    default: false,
    example: true,
  })
  dryRun: boolean = false;
}

@ApiSchema({ name: 'ImportError' })
export class ImportErrorResponse {
  @ApiProperty({ format: 'uuid', example: '0197f9a2-5c1e-7c3b-9d52-6f1d1c1f4a10' })
  id!: string;

  @ApiProperty({
    type: 'integer',
    format: 'int32',
    example: 17,
    description:
      'The line number in the file, starting at 1. For a row that spans several lines, the last one.',
  })
  line!: number;

  @ApiProperty({
    type: String,
    example: '/email',
    description:
      'The field of the row, as a JSON Pointer (RFC 6901). Empty if the error is about the whole row.',
  })
  pointer!: string;

  @ApiProperty({ type: String, example: 'invalid-email', description: "A stable code for what's wrong." })
  code!: string;

  @ApiProperty({ type: String, example: 'must be an email address', description: "What's wrong, in words." })
  message!: string;
}

export class ImportErrorList {
  @ApiProperty({ type: [ImportErrorResponse], maxItems: 100 })
  items!: ImportErrorResponse[];

  @ApiProperty({ type: CursorPage })
  page!: CursorPage;
}

export function toImportErrorResponse({
  id,
  line,
  pointer,
  code,
  message,
}: TransferError): ImportErrorResponse {
  return { id, line, pointer, code, message };
}
