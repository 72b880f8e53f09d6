export { MailRenderer } from './mail-renderer.js';
export { TemplatesModule } from './templates.module.js';
