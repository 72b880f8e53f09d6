import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { TRACKED_JOB_STATES, type TrackedJob, type TrackedJobState } from '#libs/jobs';

@ApiSchema({ name: 'Job' })
export class JobResponse {
  @ApiProperty({ format: 'uuid', example: '0197f9a2-5c1e-7c3b-9d52-6f1d1c1f4a10' })
  id!: string;

  @ApiProperty({ description: 'What the job does.', maxLength: 64, example: 'delete-account' })
  type!: string;

  @ApiProperty({
    enum: TRACKED_JOB_STATES,
    description: '`completed`, `failed` and `canceled` are final.',
    example: 'waiting',
  })
  state!: TrackedJobState;

  @ApiProperty({ format: 'date-time', example: '2026-11-27T09:30:00.000Z' })
  createdAt!: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When it starts. Null if it starts as soon as possible.',
    example: '2026-12-11T09:30:00.000Z',
  })
  startsAt!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    maxLength: 64,
    description: 'The code of the problem that made the job fail.',
    example: null,
  })
  error!: string | null;
}

export function toJobResponse({ id, type, state, createdAt, startsAt, error }: TrackedJob): JobResponse {
  return {
    id,
    type,
    state,
    createdAt: createdAt.toISOString(),
    startsAt: startsAt?.toISOString() ?? null,
    error,
  };
}
