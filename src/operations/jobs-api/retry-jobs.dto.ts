import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { StringField } from '#libs/api';

export class RetryJobsRequest {
  @StringField({ description: 'Only jobs of this type.', example: 'send-mail', minLength: 1, maxLength: 64 })
  type!: string;

  @StringField({
    description: 'Only jobs whose `reason` contains this. Case-insensitive.',
    example: '550 5.7.1',
    minLength: 1,
    maxLength: 200,
    optional: true,
  })
  reason?: string;
}

@ApiSchema({ name: 'RetriedJobs' })
export class RetryJobsResponse {
  @ApiProperty({
    type: 'integer',
    format: 'int32',
    example: 500,
    description: 'How many jobs are waiting again.',
  })
  retried!: number;

  @ApiProperty({
    type: 'integer',
    format: 'int32',
    example: 120,
    description: 'How many match that were not retried, because there are so many.',
  })
  remaining!: number;
}
