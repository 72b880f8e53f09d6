import { applyDecorators, Controller, UseFilters, UseGuards } from '@nestjs/common';
import type { Permission } from '#libs/permissions';
import { GrpcAccessGuard, RequiredPermission } from './access.guard.js';
import { GrpcProblemFilter } from './problem.filter.js';

/** A controller of gRPC methods. API keys need the permission. */
export function GrpcController(permission: Permission): ClassDecorator {
  return applyDecorators(
    Controller(),
    RequiredPermission(permission),
    UseGuards(GrpcAccessGuard),
    UseFilters(GrpcProblemFilter),
  );
}
