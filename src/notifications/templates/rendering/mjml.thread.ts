import { createRequire } from 'node:module';
import type { Engine } from 'mrml';

// For Node.js, it's a CommonJS module.
const mrml = createRequire(import.meta.url)('mrml') as { readonly Engine: new () => Engine };
const engine = new mrml.Engine();
// Otherwise, each email would load the default font from a third party, who then knows when it was opened.
engine.setRenderOptions({ disableComments: false, socialIconOrigin: null, fonts: {} });

/** After `breaksThread`, the thread must not be used again. */
export type MjmlResult = { readonly html: string } | { readonly error: string; readonly breaksThread?: true };

/** Runs in a thread of its own. */
export function toHtml(source: string): MjmlResult {
  try {
    return render(source);
  } catch {
    // The source has exhausted the memory of the module, which isn't to be trusted any more.
    return { error: 'is nested too deep, or too complex', breaksThread: true };
  }
}

function render(source: string): MjmlResult {
  const result = engine.toHtml(source);
  if (result.type === 'error') {
    return { error: result.message };
  }
  const unknown = /<(mj-[\w-]*)/.exec(result.content)?.[1];
  return unknown === undefined
    ? { html: result.content }
    : { error: `<${unknown}> is not an MJML element, or is not allowed there` };
}
