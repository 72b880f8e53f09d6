import type { Html } from '../pages/page.html.js';

/** What holds for many operations, with samples next to it. */
export interface GuideSection {
  readonly id: string;
  readonly title: string;
  readonly text: Html;
  readonly samples: readonly (Html | '')[];
}
