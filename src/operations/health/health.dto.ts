import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { HealthCheckResult } from '@nestjs/terminus';

const INDICATORS = {
  type: 'object',
  additionalProperties: { type: 'object', additionalProperties: true },
} as const;

@ApiSchema({ name: 'Health' })
export class HealthReport {
  @ApiProperty({
    type: String,
    enum: ['ok', 'degraded', 'error', 'shutting_down'],
    description: 'The overall result.',
  })
  status!: HealthCheckResult['status'] | 'degraded';

  @ApiProperty({ ...INDICATORS, selfRequired: false, description: 'The checks that passed, by name.' })
  info?: HealthCheckResult['info'];

  @ApiProperty({ ...INDICATORS, selfRequired: false, description: 'The checks that failed, by name.' })
  error?: HealthCheckResult['error'];

  @ApiProperty({ ...INDICATORS, description: 'All checks, by name.' })
  details!: HealthCheckResult['details'];
}
