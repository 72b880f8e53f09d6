import { Injectable } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { VERSION } from '../../../config/index.js';

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
    info.set({ version: VERSION }, 1);
  }
}
