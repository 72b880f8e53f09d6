import { notifications } from '#libs/contracts';
import { ExpiredRowsPurge, PurgedBy } from '#libs/purge';

@PurgedBy(notifications.purge)
export class TemplateVersionsPurge extends ExpiredRowsPurge {
  protected override readonly tables = ['notifications.template_versions'];
}
