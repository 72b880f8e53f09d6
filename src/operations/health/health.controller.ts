import { Controller, Get, Res, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiServiceUnavailableResponse } from '@nestjs/swagger';
import type { HealthCheckResult } from '@nestjs/terminus';
import { SkipThrottle } from '@nestjs/throttler';
import type { FastifyReply } from 'fastify';
import { defineTag, Public } from '#libs/api';
import { type Health, HealthService } from './health.service.js';

const HealthTag = defineTag('health', 'Probes');

const RESULT = {
  schema: {
    type: 'object',
    required: ['status', 'details'],
    properties: {
      status: { type: 'string', enum: ['ok', 'degraded', 'error', 'shutting_down'] },
      info: { type: 'object', additionalProperties: true },
      error: { type: 'object', additionalProperties: true },
      details: { type: 'object', additionalProperties: true },
    },
  },
};

@HealthTag()
@Public()
@SkipThrottle()
@Controller({ path: 'health', version: VERSION_NEUTRAL })
export class HealthController {
  constructor(private readonly health: HealthService) {}

  @Get('live')
  @ApiOperation({ summary: 'Whether the process is worth keeping' })
  @ApiOkResponse(RESULT)
  @ApiServiceUnavailableResponse(RESULT)
  async getLive(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthCheckResult> {
    return present(await this.health.live(), reply);
  }

  @Get('ready')
  @ApiOperation({ summary: 'Whether to send requests here' })
  @ApiOkResponse(RESULT)
  @ApiServiceUnavailableResponse(RESULT)
  async getReady(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthCheckResult> {
    return present(await this.health.ready(), reply);
  }

  @Get('startup')
  @ApiOperation({ summary: 'Whether the start is over' })
  @ApiOkResponse(RESULT)
  @ApiServiceUnavailableResponse(RESULT)
  async getStartup(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthCheckResult> {
    return present(await this.health.startup(), reply);
  }
}

function present({ status, result }: Health, reply: FastifyReply): HealthCheckResult {
  void reply.status(status);
  return result;
}
