import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { PlannedDeletion } from './account-deletion.service.js';

@ApiSchema({ name: 'AccountDeletion' })
export class AccountDeletionResponse {
  @ApiProperty({
    format: 'uuid',
    description: 'The job that deletes the account. See `GET /jobs/{id}`.',
    example: '0197f9a2-5c1e-7c3b-9d52-6f1d1c1f4a10',
  })
  jobId!: string;

  @ApiProperty({
    format: 'date-time',
    description: 'When the deletion starts.',
    example: '2026-12-11T09:30:00.000Z',
  })
  deletesAt!: string;
}

export function toAccountDeletionResponse({ id, deletesAt }: PlannedDeletion): AccountDeletionResponse {
  return { jobId: id, deletesAt: deletesAt.toISOString() };
}
