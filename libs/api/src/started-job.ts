import { ApiProperty, ApiSchema } from '@nestjs/swagger';

@ApiSchema({ name: 'StartedJob' })
export class StartedJobResponse {
  @ApiProperty({
    format: 'uuid',
    description: 'The job. See `GET /jobs/{id}`.',
    example: '0197f9a2-5c1e-7c3b-9d52-6f1d1c1f4a10',
  })
  jobId!: string;
}

export function toStartedJob(id: string): StartedJobResponse {
  return { jobId: id };
}
