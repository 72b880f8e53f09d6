export { createLoggers, type Loggers, NestLogger } from './logger.js';
export { describeError, redactText } from './redaction.js';
export { runInRequestContext } from './request-context.js';
export { ACCESS_LOG, PINO, TelemetryModule } from './telemetry.module.js';
