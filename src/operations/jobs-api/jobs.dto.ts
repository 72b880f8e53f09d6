import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { CursorPage, CursorQuery, EnumQuery, StringField } from '#libs/api';
import { TRACKED_JOB_STATES, type TrackedJob, type TrackedJobState } from '#libs/jobs';

export class JobQuery extends CursorQuery {
  @StringField({
    description: 'Only jobs of this type.',
    example: 'import-users',
    minLength: 1,
    maxLength: 64,
    optional: true,
  })
  type?: string;

  @EnumQuery({ description: 'Only jobs in this state.', values: TRACKED_JOB_STATES, example: 'failed' })
  state?: TrackedJobState;
}

export class JobProgress {
  @ApiProperty({ type: 'integer', format: 'int64', example: 1_048_576, description: 'How much is done.' })
  done!: number;

  @ApiProperty({
    type: 'integer',
    format: 'int64',
    example: 4_194_304,
    description:
      'How much there is to do, in the same unit: bytes of the file for imports, users for exports and broadcasts.',
  })
  total!: number;
}

const NULLABLE = { type: String, nullable: true } as const;

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
    ...NULLABLE,
    format: 'date-time',
    description: 'When it starts. Null if it starts as soon as possible.',
    example: '2026-12-11T09:30:00.000Z',
  })
  startsAt!: string | null;

  @ApiProperty({
    ...NULLABLE,
    format: 'date-time',
    description: 'When it ended, if that is known.',
    example: null,
  })
  finishedAt!: string | null;

  @ApiProperty({
    type: 'integer',
    format: 'int32',
    example: 1,
    description: 'How many times the job was started or resumed.',
  })
  attempts!: number;

  @ApiProperty({
    type: JobProgress,
    nullable: true,
    description: 'How much is done. Null if that is unknown.',
  })
  progress!: JobProgress | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description:
      'The result so far. Imports count rows: `imported`, `skipped` (the user already has an account) and ' +
      '`failed`. Exports count users: `exported`. Broadcasts count them, too: `notified`, and `notRendered`, whose template ' +
      'failed. For background jobs that failed for good, `reason` ' +
      'says why the last attempt failed.',
    example: { imported: 998, skipped: 1, failed: 1, dryRun: false },
  })
  result!: Readonly<Record<string, unknown>> | null;

  @ApiProperty({
    ...NULLABLE,
    maxLength: 64,
    description:
      'Why the job failed: the code of a problem, or `dead-letter` for a background job that failed for ' +
      'good.',
    example: null,
  })
  error!: string | null;
}

export class JobList {
  @ApiProperty({ type: [JobResponse], maxItems: 100 })
  items!: JobResponse[];

  @ApiProperty({ type: CursorPage })
  page!: CursorPage;
}

export function toJobResponse(job: TrackedJob): JobResponse {
  const { id, type, state, createdAt, startsAt, finishedAt, attempts, progress, result, error } = job;
  return {
    id,
    type,
    state,
    createdAt: createdAt.toISOString(),
    startsAt: startsAt?.toISOString() ?? null,
    finishedAt: finishedAt?.toISOString() ?? null,
    attempts,
    progress,
    result,
    error,
  };
}
