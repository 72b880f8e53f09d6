export { createLogger, type LoggerOptions, NestLogger } from './logger.js';
export { describeError, redactText } from './redaction.js';
export { currentRequestContext, type RequestContext, runInRequestContext } from './request-context.js';
export { PINO, TelemetryModule } from './telemetry.module.js';
