import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { Injectable } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';

/** Exports the running version as a metric, so that graphs show when it changed. */
@Injectable()
export class BuildMetrics {
  constructor(registry: Registry) {
    const info = new Gauge({
      name: 'gatehouse_build_info',
      help: 'Always 1. The labels say which build is running.',
      labelNames: ['version'],
      registers: [registry],
    });
    info.set({ version: readVersion() }, 1);
  }
}

function readVersion(): string {
  const path = findPackageJSON(import.meta.url);
  const { version } = JSON.parse(path === undefined ? '{}' : readFileSync(path, 'utf8')) as {
    version?: string;
  };
  return version ?? 'unknown';
}
