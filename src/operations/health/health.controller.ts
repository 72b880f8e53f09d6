import { Controller, Get, Res, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiServiceUnavailableResponse } from '@nestjs/swagger';
import type { HealthCheckResult } from '@nestjs/terminus';
import { SkipThrottle } from '@nestjs/throttler';
import type { FastifyReply } from 'fastify';
import { defineTag, IgnoresAddressRules, Public } from '#libs/api';
import { HealthReport } from './health.dto.js';
import { type Health, HealthService } from './health.service.js';

const HealthTag = defineTag('health', 'Health probes');

@HealthTag()
@Public()
@SkipThrottle()
@Controller({ path: 'health', version: VERSION_NEUTRAL })
export class HealthController {
  constructor(private readonly health: HealthService) {}

  @Get('live')
  @IgnoresAddressRules()
  @ApiOperation({
    summary: 'Check liveness',
    description: 'Liveness probe. 503 means that the process is stuck and needs a restart.',
  })
  @ApiOkResponse({ type: HealthReport, description: 'The check passed.' })
  @ApiServiceUnavailableResponse({ type: HealthReport, description: 'The check failed.' })
  async getLive(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthCheckResult> {
    return present(await this.health.live(), reply);
  }

  @Get('ready')
  @IgnoresAddressRules()
  @ApiOperation({
    summary: 'Check readiness',
    description:
      'Readiness probe. 503 means that the process is starting, draining or missing something it needs.',
  })
  @ApiOkResponse({ type: HealthReport, description: 'The check passed.' })
  @ApiServiceUnavailableResponse({ type: HealthReport, description: 'The check failed.' })
  async getReady(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthCheckResult> {
    return present(await this.health.ready(), reply);
  }

  @Get('startup')
  @IgnoresAddressRules()
  @ApiOperation({
    summary: 'Check startup',
    description: 'Startup probe. 503 means that the process is still starting.',
  })
  @ApiOkResponse({ type: HealthReport, description: 'The check passed.' })
  @ApiServiceUnavailableResponse({ type: HealthReport, description: 'The check failed.' })
  async getStartup(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthCheckResult> {
    return present(await this.health.startup(), reply);
  }
}

function present({ status, result }: Health, reply: FastifyReply): HealthCheckResult {
  void reply.status(status);
  return result;
}
